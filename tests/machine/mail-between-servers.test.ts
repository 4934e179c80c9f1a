// Two servers that send mail to each other: what one signs and publishes is what the other verifies (SPF, DKIM, DMARC).
import { execFileSync } from 'node:child_process';
import { copyFileSync, writeFileSync } from 'node:fs';
import { describeOnMachine } from './describe-on-machine.ts';
import { bootMachine, type Machine } from './machine.ts';
import { hostingRoot } from './prepared-roots.ts';
import { until } from './until.ts';

const PASSWORD = 'correct horse battery staple 7';
const CLIENT = '/root/smtp-client.cjs';
const [FIRST, SECOND] = ['192.0.2.1', '192.0.2.2'] as const;

describeOnMachine('mail between two servers', () => {
  let first: Machine;
  let second: Machine;
  const machines: Machine[] = [];

  beforeAll(async () => {
    for (let number = 1; number <= 2; number++) machines.push(await bootMachine(await hostingRoot()));
    [first, second] = machines as [Machine, Machine];
    // A cable between the two machines, instead of their unconnected ones.
    for (const machine of machines) machine.sh('ip link del eth0');
    const cable = [
      'link',
      'add',
      'eth0',
      'type',
      'veth',
      'peer',
      'name',
      'eth0',
      'netns',
      String(second.pid),
    ];
    execFileSync('nsenter', [`--net=/proc/${first.pid}/ns/net`, 'ip', ...cable]);
    for (const [machine, address] of [
      [first, FIRST],
      [second, SECOND],
    ] as const)
      machine.sh(`ip address add ${address}/24 dev eth0; ip link set eth0 up; rndc scan`);
    for (const machine of machines) copyFileSync('tests/machine/smtp-client.cjs', machine.path(CLIENT));
    // All zones are on the first one.
    writeFileSync(second.path('/etc/resolv.conf'), `nameserver ${FIRST}\n`);
    for (const user of ['ann', 'eve'])
      works(first, 'createacct', `username=${user}`, `domain=${user}.test`, `password=${PASSWORD}`);
    works(second, 'createacct', 'username=bob', 'domain=bob.test', `password=${PASSWORD}`);
    works(first, 'adddns', 'domain=bob.test', `ip=${SECOND}`);
    const policy = ['name=_dmarc.ann.test.', 'type=TXT', 'txtdata=v=DMARC1; p=reject; adkim=s; aspf=s'];
    works(first, 'addzonerecord', 'domain=ann.test', ...policy);
    await until(() => first.sh('ls /etc/exim4/whmapi1/dkim').includes('ann.test'));
    await until(() => second.sh(`dig +short @${FIRST} TXT default._domainkey.ann.test`).includes('DKIM1'));
    await until(() => second.sh(`dig +short @${FIRST} MX bob.test`).includes('bob.test'));
  });
  afterAll(async () => {
    for (const machine of machines) await machine.stop();
  });

  function works(machine: Machine, name: string, ...words: string[]): void {
    const { stdout } = machine.run('whmapi1', ['--output=json', name, ...words]);
    const { metadata } = JSON.parse(stdout) as { metadata: { result: number; reason: string } };
    expect([name, words, metadata.result === 1 ? '' : metadata.reason]).toEqual([name, words, '']);
  }
  interface Session {
    readonly host?: string;
    readonly port: number;
    readonly isTls?: boolean;
    readonly lines: readonly string[];
  }
  /** @returns the last reply to a message. */
  const talk = (machine: Machine, session: Session) => {
    const { stdout } = machine.run('node', [CLIENT], { input: JSON.stringify([session]) });
    const [replies = []] = JSON.parse(stdout) as string[][];
    return replies.find((reply) => /^[45]|^250 OK id=/.test(reply)) ?? '';
  };
  const message = (from: string, to: string, subject: string) => [
    `MAIL FROM:<${from}>`,
    `RCPT TO:<${to}>`,
    'DATA',
    `From: Ann <ann@ann.test>\r\nTo: <${to}>\r\nSubject: ${subject}\r\n\r\nText\r\n.`,
  ];
  const submit = (to: string, subject: string) => {
    const login = `AUTH PLAIN ${Buffer.from(`\0ann\0${PASSWORD}`).toString('base64')}`;
    const lines = ['EHLO there', login, ...message('ann@ann.test', to, subject)];
    return talk(first, { port: 465, isTls: true, lines });
  };
  async function arrived(machine: Machine, user: string, subject: string): Promise<string> {
    const find = `grep -rl '^Subject: ${subject}$' /home/${user}/mail/new || true`;
    await until(() => machine.sh(find).trim() !== '');
    return machine.sh(`cat ${machine.sh(find).trim()}`);
  }

  it('what an account sends is signed, and passes the strict policy of its domain', async () => {
    expect(submit('bob@bob.test', 'signed')).toMatch(/^250 OK/);
    const mail = await arrived(second, 'bob', 'signed');
    expect(mail).toMatch(/^\tdkim=pass header.d=ann.test /m);
    expect(mail).toMatch(/^\tdmarc=pass header.from=ann.test$/m);
  });

  it('it passes after the other server has forwarded it', async () => {
    const words = ['domain=bob.test', 'email=away', 'fwdopt=fwd', 'fwdemail=eve@eve.test'];
    const { status } = second.run('uapi', ['--user=bob', 'Email', 'add_forwarder', ...words]);
    expect(status).toBe(0);
    expect(submit('away@bob.test', 'forwarded')).toMatch(/^250 OK/);
    const mail = await arrived(first, 'eve', 'forwarded');
    // The result of the first server stands above its “Received”. That of the second one has the same name here.
    expect(mail).toMatch(/^\tdmarc=pass header\.from=ann\.test\nReceived: from [^\n]*192\.0\.2\.2/m);
    expect(mail.match(/^Authentication-Results:/gm)).toHaveLength(1);
    expect(mail).toMatch(/^Return-Path: <SRS0=/im);
  });

  it('another program on the first server that names ann as the sender is refused', () => {
    for (const from of ['eve@eve.test', 'eve@ann.test.evil.test', '']) {
      const session = {
        host: SECOND,
        port: 25,
        lines: ['EHLO there', ...message(from, 'bob@bob.test', 'forged')],
      };
      expect([from, talk(first, session)]).toEqual([
        from,
        expect.stringMatching(/^550.5\.7\.1 The policy of ann.test/),
      ]);
    }
  });
});
