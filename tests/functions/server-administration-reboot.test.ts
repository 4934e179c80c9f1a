import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Caller } from '../../src/core/context.ts';
import { Installation } from '../support/installation.ts';

let here: Installation;
beforeEach(() => {
  here = new Installation();
});
afterEach(() => here.remove());

const reseller: { as: Caller } = { as: { user: 'rita', privileges: new Set(['restart']) } };

describe('system_needs_reboot', () => {
  /** The files of a sandbox are below its root. */
  function leave(file: string, text: string): void {
    const folder = join(here.state, 'root/run');
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, file), text);
  }

  it('returns no if nothing requires a reboot', async () => {
    const { data } = await here.call('system_needs_reboot');
    expect(data).toEqual({ needs_reboot: 0, details: {} });
  });

  it('names the packages that require it, each once', async () => {
    leave('reboot-required', '*** System restart required ***\n');
    leave('reboot-required.pkgs', 'linux-image-6.12\ndbus\ndbus\n');
    const { data } = await here.call('system_needs_reboot');
    expect(data).toEqual({ needs_reboot: 1, details: { updates: { dbus: '', 'linux-image-6.12': '' } } });
  });

  it('also returns yes if no package is named', async () => {
    leave('reboot-required', '');
    const { data } = await here.call('system_needs_reboot');
    expect(data).toEqual({ needs_reboot: 1, details: { updates: {} } });
  });

  it('is for root', async () => {
    expect((await here.call('system_needs_reboot', {}, reseller)).metadata.error_code).toBe('denied');
  });
});

describe('reboot', () => {
  it('fails in a sandbox', async () => {
    expect((await here.call('reboot')).metadata).toMatchObject({
      error_code: 'disabled',
      reason: 'This is a sandbox, which has no machine of its own to restart.',
    });
  });

  it('returns only the planned step in a dry run', async () => {
    here.isMachine = true;
    const asked = jest.fn();
    const services = await here.engine.machine.services();
    here.overrides.machine = {
      ...here.engine.machine,
      services: async () => Object.assign(Object.create(services) as typeof services, { reboot: asked }),
    };
    const rehearsed = await here.call('reboot', { force: 1 }, { dryRun: true });
    expect(rehearsed.metadata.output?.messages).toEqual(['Restart the server at once.']);
    expect(asked).not.toHaveBeenCalled();
    expect((await here.call('reboot', { force: 1 })).data).toEqual({ reboot: 'forced' });
    expect(asked.mock.calls).toEqual([[true]]);
    expect((await here.call('reboot')).data).toEqual({ reboot: 'normal' });
    expect(asked.mock.calls).toEqual([[true], [false]]);
  });

  it('is for root', async () => {
    expect((await here.call('reboot', {}, reseller)).metadata.error_code).toBe('denied');
  });
});
