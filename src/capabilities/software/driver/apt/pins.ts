// Versions of packages that apt may install here: our file in apt's preferences (apt_preferences(5)).
import type { DriverMachine } from '../../../../ground/driver/step.ts';
import type { ByName, Pin } from '../../rules/debian-packages/packages.ts';
import { parseStanzas } from './stanzas.ts';

export const PINS_FILE = '/etc/apt/preferences.d/whmapi1.pref';
const DIRECTORY = '/etc/apt/preferences.d';
const BLOCKED = -1;
/** Preferred to all other versions, also to newer ones, but no reason to install an older one. */
const PREFERRED = 990;

export type PinMachine = Pick<DriverMachine, 'files'>;

export const pinFiles = (machine: PinMachine) => machine.files([DIRECTORY]);

export async function readPinsText(machine: PinMachine): Promise<string> {
  return (await (await pinFiles(machine)).readText(PINS_FILE, 1_048_576)) ?? '';
}

export async function readPins(machine: PinMachine): Promise<ByName<Pin>> {
  return new Map(
    parseStanzas(await readPinsText(machine)).flatMap((stanza): [string, Pin][] => {
      const [name = '', pin = '', priority] = ['Package', 'Pin', 'Pin-Priority'].map((field) =>
        stanza.get(field),
      );
      const [, version] = /^version (\S+)$/.exec(pin) ?? [];
      if (Number(priority) < 0) return [[name, 'blocked']];
      return version === undefined ? [] : [[name, { version }]];
    }),
  );
}

/** The file with this pin of the package instead of others. Other entries are kept as they are. */
export function withPin(text: string, name: string, pin: Pin | undefined): string {
  const others = text
    .split(/\n(?:[ \t]*\n)+/)
    .map((block) => block.trim())
    .filter((block) => block !== '' && parseStanzas(block)[0]?.get('Package') !== name);
  return [...others, ...(pin === undefined ? [] : [render(name, pin)])]
    .map((block) => `${block}\n`)
    .join('\n');
}

function render(name: string, pin: Pin): string {
  const [what, priority] = pin === 'blocked' ? ['release *', BLOCKED] : [`version ${pin.version}`, PREFERRED];
  return [
    'Explanation: whmapi1 writes this entry (edit_rpm_version).',
    `Package: ${name}`,
    `Pin: ${what}`,
    `Pin-Priority: ${priority}`,
  ].join('\n');
}

/** True if a version is one of those that a pin names: `1:9.20*`, or all of `1:9.20.11-4`. */
export function isPinned(version: string, pattern: string): boolean {
  return pattern.endsWith('*') ? version.startsWith(pattern.slice(0, -1)) : version === pattern;
}
