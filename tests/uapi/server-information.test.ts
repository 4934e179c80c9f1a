// ServerInformation, with states of services and file systems that are given.
import type { FileSystem } from '../../src/core/machine-kernel.ts';
import { Installation } from '../support/installation.ts';

let here: Installation;
beforeEach(async () => {
  here = new Installation();
  await here.call('createacct', { username: 'bob', domain: 'bob.example' });
});
afterEach(() => here.remove());

const disk = (mountPoint: string, used: number): FileSystem => ({
  ...{ source: '/dev/x', mountPoint, size: 1000, used, available: 1000 - used, inodes: 0, inodesUsed: 0 },
});

function given(list: readonly FileSystem[], silent: readonly string[] = []): void {
  const { machine } = here.engine;
  here.overrides.machine = {
    ...machine,
    system: { ...machine.system, loadAverage: () => [1.256, 2, 3] },
    kernel: async () => ({
      ...(await machine.kernel()),
      memory: async () => ({ total: 1000, available: 250 }),
      fileSystems: async () => ({ list, silent }),
    }),
  };
}

interface Row {
  readonly name: string;
  readonly type: string;
  readonly value: string;
  readonly status: number | string;
  readonly error?: string;
}
async function rows(): Promise<Row[]> {
  const { data, errors } = await here.uapi('bob', 'ServerInformation::get_information');
  expect(errors).toBeNull();
  return data as unknown as Row[];
}
const devices = async () => (await rows()).filter(({ type }) => type === 'device');

describe('ServerInformation::get_information', () => {
  it('measures the load, the memory, and the disks that the account is on', async () => {
    given([disk('/', 120), disk('/home', 455), disk('/home/eve', 990), disk('/srv/secret', 10)]);
    expect((await devices()).map(({ name, value, status }) => [name, value, status])).toEqual([
      ['Server Load', '1.26', 1],
      ['Memory Used', '75%', 1],
      ['Disk /', '12%', 1],
      ['Disk /home', '46%', 1],
    ]);
  });

  it('has one disk if the home is on that of the system, and says if one did not answer', async () => {
    given([disk('/', 120)]);
    expect((await devices()).map(({ name }) => name)).toEqual(['Server Load', 'Memory Used', 'Disk /']);
    given([disk('/', 120)], ['/home']);
    expect((await devices()).at(-1)).toMatchObject({
      ...{ name: 'Disk /home', value: '', status: 'unknown', error: 'The file system did not answer.' },
    });
  });

  it('lists the installed services as servicestatus does', async () => {
    const { data } = await here.call('servicestatus');
    const all = data?.service as { name: string; installed: number; running: number }[];
    const expected = all
      .filter(({ installed }) => installed === 1)
      .map(({ name, running }) => [name, running]);
    const services = (await rows()).filter(({ type }) => type === 'service');
    expect(services.map(({ name, status }) => [name, status])).toEqual(expected);
    expect(services.map(({ value, status }) => [value, status])).toEqual(
      services.map(({ status }) => [status === 1 ? 'up' : 'down', status]),
    );
  });

  it('needs the feature serverstatus', async () => {
    await here.call('add_override_features_for_user', { user: 'bob', features: '{"serverstatus":0}' });
    const { errors } = await here.uapi('bob', 'ServerInformation::get_information');
    expect(errors?.[0]).toContain('“serverstatus”');
  });
});
