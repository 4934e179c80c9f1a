// The configuration of a sandbox's own named, with the layout of Debian's package.
import { randomBytes } from 'node:crypto';
import type { DriverMachine } from '../../../../../ground/driver/step.ts';
import { CONFIGURATION, DIRECTORIES, LOCAL, OPTIONS, RNDC_CONFIGURATION } from './places.ts';
import { block, port as portOf, quoted } from './named-conf.ts';

const CACHE = '/var/cache/bind';
const KEY = 'rndc-key';
const HEADER = '// Written by whmapi1 --sandbox-services each time that it starts.\n';

export interface PrivatePorts {
  readonly dns: number;
  readonly control: number;
}

/**
 * Writes the configuration for these ports of 127.0.0.1. Existing options and local configuration are kept.
 * @returns the path of the configuration for named.
 */
export async function configurePrivateServer(
  machine: Pick<DriverMachine, 'files'>,
  { dns, control }: PrivatePorts,
): Promise<string> {
  const files = await machine.files([...DIRECTORIES, '/var/cache']);
  const locate = (path: string) => quoted(files.locate(path));
  for (const path of [...DIRECTORIES, CACHE]) await files.makeDirectory(path, { mode: 0o700 });
  const secret = randomBytes(32).toString('base64');
  const key = block(`key ${quoted(KEY)}`, ['algorithm hmac-sha256', `secret ${quoted(secret)}`]);
  const own = { mode: 0o600 };
  const options = block('options', [
    `directory ${locate(CACHE)}`,
    'listen-on { 127.0.0.1; }',
    'listen-on-v6 { none; }',
    'pid-file none',
    'session-keyfile none',
    'recursion no',
    'dnssec-validation no',
    'notify-delay 0',
  ]);
  if ((await files.facts(OPTIONS)) === undefined) await files.write(OPTIONS, options, own);
  if ((await files.facts(LOCAL)) === undefined) await files.write(LOCAL, '', own);
  const controls = `inet 127.0.0.1 port ${portOf(control)} allow { 127.0.0.1; } keys { ${quoted(KEY)}; }`;
  const configuration = [
    `${HEADER}// named listens on port ${portOf(dns)}.\n`,
    key,
    block('controls', [controls]),
    `include ${locate(OPTIONS)};\ninclude ${locate(LOCAL)};\n`,
  ];
  await files.write(CONFIGURATION, configuration.join(''), own);
  const defaults = [`default-key ${quoted(KEY)}`, 'default-server 127.0.0.1', `default-port ${control}`];
  await files.write(RNDC_CONFIGURATION, `${HEADER}${key}${block('options', defaults)}`, own);
  return files.locate(CONFIGURATION);
}
