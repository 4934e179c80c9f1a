import { spawnSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server } from 'node:net';
import { networkInterfaces } from 'node:os';
import type { Caller } from '../../src/core/context.ts';
import { parseMounts, parseSockets } from '../../src/machine/kernel/kernel.ts';
import { Installation } from '../support/installation.ts';
import { itWith } from '../support/require-tool.ts';

let here: Installation;
beforeEach(() => {
  here = new Installation();
});
afterEach(() => here.remove());

const reseller: Caller = { user: 'rita', privileges: new Set(['status']) };

describe('getdiskusage', () => {
  const list = async () =>
    ((await here.call('getdiskusage')).data as { partition: Record<string, string | number>[] }).partition;

  it('lists the file system of a directory as df does', async () => {
    const words = ['--output=source,size,target,itotal', '--block-size=1K', here.directory];
    const [, row = ''] = spawnSync('df', words, { encoding: 'utf8' }).stdout.split('\n');
    const [source, size, target, inodes] = row.trim().split(/\s+/);
    const partition = (await list()).find(({ mount }) => mount === target);
    // A directory in memory is on no disk.
    if (source === 'tmpfs') expect(partition).toBeUndefined();
    else {
      expect(partition).toMatchObject({
        filesystem: source,
        device: source,
        total: Number(size),
        inodes_total: Number(inodes === '-' ? 0 : inodes),
      });
    }
  });

  it('lists each file system once, with consistent sizes', async () => {
    const partitions = await list();
    expect(partitions.length).toBeGreaterThan(0);
    expect(new Set(partitions.map(({ mount }) => mount)).size).toBe(partitions.length);
    for (const { total, used, available, percentage } of partitions) {
      expect(Number(used) + Number(available)).toBeLessThanOrEqual(Number(total));
      expect(percentage).toBe(Math.ceil((100 * Number(used)) / (Number(used) + Number(available))));
    }
  });

  it('reads mounts as the kernel writes them: with or without optional fields, and with escaped spaces', () => {
    const text =
      '36 35 98:0 /sub /mnt/my\\040disk rw,noatime master:1 shared:7 - ext4 /dev/vda1 rw,errors=continue\n' +
      '40 35 0:33 / /net rw - nfs4 server:/my\\040export rw\n';
    expect(parseMounts(text)).toEqual([
      { device: '98:0', root: '/sub', mountPoint: '/mnt/my disk', type: 'ext4', source: '/dev/vda1' },
      { device: '0:33', root: '/', mountPoint: '/net', type: 'nfs4', source: 'server:/my export' },
    ]);
  });

  it('is for root', async () => {
    expect((await here.call('getdiskusage', {}, { as: reseller })).metadata.error_code).toBe('denied');
  });
});

const hasIpv6 = Object.values(networkInterfaces())
  .flat()
  .some((one) => one?.address === '::1');
const withIpv6 = (rows: [name: string, address: string][]) =>
  rows.filter(([, host]) => hasIpv6 || host !== '::1');

describe.each(
  withIpv6([
    ['get_tcp4_sockets', '127.0.0.1'],
    ['get_tcp6_sockets', '::1'],
  ]),
)('%s', (name, host) => {
  let server: Server;
  let port: number;
  beforeEach(async () => {
    server = createServer().listen(0, host);
    await once(server, 'listening');
    ({ port } = server.address() as AddressInfo);
  });
  afterEach(() => server.close());

  const list = async (): Promise<Record<string, string | number>[]> => {
    const answer = await here.call(name);
    return (answer.data as { payload: Record<string, string | number>[] }).payload;
  };

  it('lists a listening socket, and both ends of a connection', async () => {
    const client = connect(port, host);
    try {
      await Promise.all([once(client, 'connect'), once(server, 'connection')]);
      const rows = await list();
      const uid = process.getuid?.();
      expect(rows).toContainEqual(
        expect.objectContaining({ src: host, sport: port, dport: 0, state: 10, uid, rqueue: 0, wqueue: 0 }),
      );
      const ends = { src: host, dst: host, state: 1 };
      expect(rows).toContainEqual(expect.objectContaining({ ...ends, sport: port, dport: client.localPort }));
      expect(rows).toContainEqual(expect.objectContaining({ ...ends, sport: client.localPort, dport: port }));
    } finally {
      client.destroy();
    }
  });

  itWith(['ss'], 'agrees with ss about the socket', async () => {
    const words = ['--tcp', '--listening', '--numeric', '--extended', '--no-header', `sport = :${port}`];
    const { stdout } = spawnSync('ss', words, { encoding: 'utf8' });
    const inode = Number(/ino:(\d+)/.exec(stdout)?.[1]);
    expect(await list()).toContainEqual(expect.objectContaining({ src: host, sport: port, inode }));
  });

  it('is for root', async () => {
    const answer = await here.call(name, {}, { as: reseller });
    expect(answer.metadata.error_code).toBe('denied');
  });
});

describe.each(
  withIpv6([
    ['get_udp4_sockets', '127.0.0.1'],
    ['get_udp6_sockets', '::1'],
  ]),
)('%s', (name, address) => {
  it('lists a bound socket, with the number of unread bytes', async () => {
    const socket = createSocket(name === 'get_udp4_sockets' ? 'udp4' : 'udp6');
    socket.bind(0, address);
    await once(socket, 'listening');
    try {
      const { port } = socket.address();
      const answer = await here.call(name);
      expect((answer.data as { payload: unknown[] }).payload).toContainEqual(
        expect.objectContaining({ src: address, sport: port, dport: 0, state: 7 }),
      );
    } finally {
      socket.close();
    }
  });
});

it('reads sockets as the kernel writes them on a little-endian processor', () => {
  const text =
    '  sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n' +
    '   0: 0000000000000000FFFF00000100007F:1F90 B80D0120000000000000000001000000:C001 01 00000010:00000A00 00:00000000 00000000  1000        0 4711 1 0000 20 4\n';
  expect(parseSockets(text)).toEqual([
    {
      localAddress: '::ffff:127.0.0.1',
      localPort: 8080,
      remoteAddress: '2001:db8::1',
      remotePort: 49153,
      state: 1,
      sendQueue: 16,
      receiveQueue: 2560,
      uid: 1000,
      inode: 4711,
    },
  ]);
});
