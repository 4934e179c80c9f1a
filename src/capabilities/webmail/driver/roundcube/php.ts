// Runs PHP programs on Roundcube’s database, with the rights of Roundcube: the file is its own, so root does not open it.
import type { DriverMachine } from '../../../../ground/driver/step.ts';
import { CONFIGURATION, UNIT, UNIT_FILE, UNITS } from '../../rules/places.ts';

const LIMIT_MS = 300_000;
/** As in the unit. Neither program needs a network. */
const RIGHTS = [
  ...['DynamicUser=yes', `User=${UNIT}`, `StateDirectory=${UNIT}`, 'StateDirectoryMode=0700', 'UMask=0077'],
  ...['PrivateNetwork=yes', 'PrivateDevices=yes', 'ProtectHome=yes', 'CapabilityBoundingSet='],
];

/** The version of PHP that the unit uses: `8.4`. */
export const releaseIn = (unit: string): string | undefined =>
  /^ExecStart=\/usr\/sbin\/php-fpm(\S+) /m.exec(unit)?.[1];

/** @returns what it prints. Undefined without Roundcube. @throws MachineError `failed`. */
export async function runPhp(
  machine: DriverMachine,
  program: string,
  input = '',
): Promise<string | undefined> {
  if (!(await machine.services()).isSupported) return undefined;
  const release = releaseIn((await (await machine.files([UNITS])).readText(UNIT_FILE)) ?? '');
  if (release === undefined) return undefined;
  const tools = await machine.tools([{ name: 'systemd-run' }]);
  const words = [
    ...['--quiet', '--pipe', '--wait', '--collect', `--setenv=ROUNDCUBE_CONFIG_DIR=${CONFIGURATION}`],
    ...RIGHTS.map((right) => `--property=${right}`),
    ...[`/usr/bin/php${release}`, program],
  ];
  const { stdout } = await tools.run('systemd-run', words, { input, limitMs: LIMIT_MS });
  return stdout;
}
