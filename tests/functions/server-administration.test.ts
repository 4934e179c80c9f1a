import { hostname, loadavg } from 'node:os';
import { createApplication } from '../../src/app/app.ts';
import { Installation } from '../support/installation.ts';

let here: Installation;
beforeEach(() => {
  here = new Installation();
});
afterEach(() => here.remove());

describe('gethostname', () => {
  it('returns the hostname', async () => {
    expect((await here.call('gethostname')).data).toEqual({ hostname: 'server.example.com' });
  });

  it('returns the kernel’s hostname on a real machine', () => {
    const { engine } = createApplication({ WHMAPI1_STATE_DIR: here.state });
    expect(engine.machine.system.hostname()).toBe(hostname());
  });
});

describe('systemloadavg', () => {
  it('returns three averages to two decimals', async () => {
    expect((await here.call('systemloadavg')).data).toEqual({ one: '0.50', five: '0.12', fifteen: '12.35' });
  });

  it('returns the kernel’s averages on a real machine', () => {
    const { engine } = createApplication({ WHMAPI1_STATE_DIR: here.state });
    const [, , fifteen] = engine.machine.system.loadAverage();
    expect(Math.abs(fifteen - (loadavg()[2] ?? NaN))).toBeLessThan(1);
  });
});

describe('loadavg', () => {
  it('returns without an envelope', async () => {
    expect(await here.call('loadavg')).toMatchObject({
      flat: true,
      data: { one: '0.50', five: '0.12', fifteen: '12.35' },
    });
  });
});
