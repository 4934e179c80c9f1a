// Fingerprints of certificates. A server is trusted only if its certificate has one of them.
import { join } from 'node:path';
import { quote } from '../core/quote.ts';
import type { RemoteHost } from './hosts.ts';
import { appendPrivate, folderOf, readPrivateIfThere } from './private-files.ts';
import { SetupError } from './setup-error.ts';
import type { RemoteEnvironment } from './environment.ts';

export interface Pins {
  /** Returns undefined if the fingerprint is trusted, otherwise a sentence that says why not. */
  judge(host: RemoteHost, fingerprint: string): string | undefined;
}

const FIRST_USE = 'first-use';

/** Undefined if no pins are requested. @throws SetupError */
export function readPins(words: readonly string[], context: RemoteEnvironment): Pins | undefined {
  if (words.length === 0) return undefined;
  if (!words.includes(FIRST_USE)) return new GivenPins(words.map(readPin));
  if (words.some((word) => word !== FIRST_USE)) {
    throw new SetupError('--pin first-use and --pin sha256:... exclude each other.');
  }
  return new FirstUsePins(context);
}

/** Reads `sha256:` and 64 hexadecimal digits, with or without colons between them. */
function readPin(word: string): string {
  const digits = /^sha256:([0-9a-f:]+)$/i.exec(word)?.[1]?.replaceAll(':', '').toLowerCase() ?? '';
  if (digits.length !== 64) {
    throw new SetupError(
      `--pin requires sha256: and the 64 hexadecimal digits of a certificate’s fingerprint, or first-use, not ${quote(word)}.`,
    );
  }
  return `sha256:${digits}`;
}

/** Converts Node's `fingerprint256` to a pin. */
export function pinOf(fingerprint: string): string {
  return `sha256:${fingerprint.replaceAll(':', '').toLowerCase()}`;
}

class GivenPins implements Pins {
  readonly #pins: ReadonlySet<string>;

  constructor(pins: readonly string[]) {
    this.#pins = new Set(pins);
  }

  judge({ label }: RemoteHost, fingerprint: string): string | undefined {
    return this.#pins.has(fingerprint)
      ? undefined
      : `The certificate of ${label} is ${fingerprint}, which no --pin names: nothing was sent to it.`;
  }
}

/** Trusts the certificate that a server shows first, stores its fingerprint, and accepts no other from then on. */
class FirstUsePins implements Pins {
  readonly #path: string;
  readonly #known = new Map<string, string>();
  readonly #warn: (sentence: string) => void;

  constructor(context: RemoteEnvironment) {
    this.#path = join(folderOf('config', context), 'fingerprints');
    this.#warn = (sentence) => context.warn(sentence);
    for (const line of (readPrivateIfThere(this.#path) ?? '').split('\n')) {
      const [host, pin] = line.split(' ');
      if (host !== undefined && pin !== undefined && !this.#known.has(host)) this.#known.set(host, pin);
    }
  }

  judge({ label }: RemoteHost, fingerprint: string): string | undefined {
    const known = this.#known.get(label);
    if (known === undefined) {
      appendPrivate(this.#path, `${label} ${fingerprint}\n`);
      this.#known.set(label, fingerprint);
      this.#warn(`The certificate of ${label} is ${fingerprint}; from now on only this one is trusted.`);
      return undefined;
    }
    return known === fingerprint
      ? undefined
      : `The certificate of ${label} is ${fingerprint} and was ${known} before: nothing was sent to it. ` +
          `If the server has a new certificate, remove its line from ${quote(this.#path)}.`;
  }
}
