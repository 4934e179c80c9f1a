// An Apache that ends when it reads a configuration, although its own check has accepted it.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  reload,
  writtenGeneration,
  type ApacheServer,
} from '../../../../../src/capabilities/web/driver/virtual-hosts/apache/control.ts';
import { DIRECTORIES } from '../../../../../src/capabilities/web/driver/virtual-hosts/apache/places.ts';
import type { DriverPort } from '../../../../../src/ground/driver/file-driver.ts';
import { sandboxMachine } from '../../../../../src/machine/choose.ts';

let folder: string;
let port: DriverPort;
let state: 'active' | 'failed' | 'inactive';
let served: number;
let rejection: string | undefined;
let isFatal: boolean;
let starts: number;
let fake: ApacheServer;
/** Answers only while Apache is active. */
const server = createServer((request, response) => {
  if (state === 'active') response.setHeader('whmapi1-configuration', served).end();
  else request.destroy();
});

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'ended-apache-'));
  mkdirSync(join(folder, 'root/etc/apache2/whmapi1'), { recursive: true });
  const machine = sandboxMachine(folder, () => Date.now());
  port = {
    files: await machine.files(DIRECTORIES),
    tools: await machine.tools([]),
    services: await machine.services(),
  };
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port: http } = server.address() as AddressInfo;
  [state, served, rejection, isFatal, starts] = ['active', 1, undefined, false, 0];
  const unused = () => Promise.reject(new Error('not used'));
  const read = async () => {
    served = await writtenGeneration(port);
    state = isFatal ? 'failed' : 'active';
  };
  fake = {
    ports: { http, https: 0 },
    isServed: () => Promise.resolve(true),
    state: () => Promise.resolve(state),
    test: () => Promise.resolve(rejection),
    reload: read,
    restart: () => {
      starts += 1;
      return read();
    },
    ...{ accepts: unused, requestReload: unused },
  };
});
afterEach(async () => {
  await new Promise((done) => server.close(done));
  rmSync(folder, { recursive: true });
});

it('is started by the next reload, such as that of an undone change', async () => {
  isFatal = true;
  await expect(reload(fake, port)).rejects.toThrow(
    'Apache ended when it read its new configuration, which its own check had accepted. Its log has the reason: ' +
      '/var/log/apache2/error.log, or that of the domain. If it does not run, correct that and start it with ' +
      '“systemctl start apache2”.',
  );
  isFatal = false;
  await reload(fake, port);
  expect(starts).toBe(1);
});

it('is not started if somebody has started it, and has stopped it later', async () => {
  isFatal = true;
  await expect(reload(fake, port)).rejects.toThrow(/^Apache ended/);
  [isFatal, state, rejection] = [false, 'active', 'Syntax error'];
  await expect(reload(fake, port)).rejects.toThrow(/^Apache rejects its configuration/);
  [state, rejection] = ['inactive', undefined];
  await expect(reload(fake, port)).rejects.toThrow(/^Apache is not running/);
  expect(starts).toBe(0);
});
