// The secrets of Roundcube and Dovecot, each in a file that only root reads. systemd gives Roundcube's to its PHP-FPM as
// variables, so its configuration has none of them.
import type { Machine } from '../../../core/machine.ts';
import { CONFIGURATION, DOVECOT, DOVECOT_FOLDER } from './places.ts';

export const ROUNDCUBE_SECRETS = `${CONFIGURATION}/secrets.env`;
const MAX_BYTES = 16_384;

export interface RoundcubeSecrets {
  /** Encrypts what Roundcube stores in its sessions. */
  readonly key: string;
  /** Proves to whmapi1d that a request for a token comes from Roundcube. */
  readonly client: string;
}

export function renderRoundcubeSecrets({ key, client }: RoundcubeSecrets): string {
  return `# Written by whmapi1.\nROUNDCUBE_DES_KEY=${key}\nROUNDCUBE_OAUTH_CLIENT_SECRET=${client}\n`;
}

/** Undefined if the file has none. */
export function parseRoundcubeSecrets(file: string): RoundcubeSecrets | undefined {
  const [key, client] = ['DES_KEY', 'OAUTH_CLIENT_SECRET'].map(
    (name) => new RegExp(`^ROUNDCUBE_${name}=([0-9a-f]{32,})$`, 'm').exec(file)?.[1],
  );
  return key === undefined || client === undefined ? undefined : { key, client };
}

/** The secret of Roundcube as a client. Undefined on a server without Roundcube. */
export async function clientSecret(machine: Pick<Machine, 'files'>): Promise<string | undefined> {
  const file = await (await machine.files([CONFIGURATION])).readText(ROUNDCUBE_SECRETS, MAX_BYTES);
  return parseRoundcubeSecrets(file ?? '')?.client;
}

/** The secret with which Dovecot asks about tokens. Undefined on a server without Roundcube. */
export async function introspectionSecret(machine: Pick<Machine, 'files'>): Promise<string | undefined> {
  const file = await (await machine.files([DOVECOT_FOLDER])).readText(DOVECOT, MAX_BYTES);
  return parseIntrospectionSecret(file ?? '');
}

/** Undefined if the file has none. */
export function parseIntrospectionSecret(file: string): string | undefined {
  return /^ *introspection_url = http:\/\/dovecot:([0-9a-f]{32,})@/m.exec(file)?.[1];
}
