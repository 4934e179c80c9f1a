// Dovecot asks whmapi1d whether a login may go on, and reports its outcome (Dovecot’s “auth policy”). So the brute-force
// protection guards IMAP, POP3 and ManageSieve, and SMTP, whose passwords Exim has Dovecot check.

/** Only root can open this port: no program of an account can listen there while whmapi1d does not run. */
export const POLICY_PORT = 579;
export const POLICY_HEADER = 'x-whmapi1-policy';
/**
 * The directory of the file with the secrets, and the file. Root reads it: whmapi1d, and Dovecot at its start. Tools of
 * Dovecot that others run work without it.
 */
export const POLICY_DIRECTORY = '/etc/dovecot';
export const POLICY_SECRETS = `${POLICY_DIRECTORY}/whmapi1-policy.conf`;

export interface PolicySecrets {
  /** Proves to whmapi1d that a request comes from Dovecot. */
  readonly secret: string;
  /** Dovecot sends a part of a hash of each password, with which nobody can guess without this. */
  readonly nonce: string;
}

export function renderPolicySecrets({ secret, nonce }: PolicySecrets): string {
  return `# Written by whmapi1: what Dovecot proves itself to whmapi1d with. To change it, delete this file and activate the profile.
auth_policy_server_url = http://127.0.0.1:${POLICY_PORT}/
auth_policy_server_api_header = ${POLICY_HEADER}: ${secret}
auth_policy_hash_nonce = ${nonce}
`;
}

/** Undefined if the file has none. */
export function readPolicySecret(file: string): string | undefined {
  return /^auth_policy_server_api_header = [^:\n]+: (\S{32,})$/m.exec(file)?.[1];
}

/** The program that received a login, as the brute-force protection names it, by Dovecot’s name of the protocol. */
const PROGRAMS: Readonly<Record<string, string>> = { smtp: 'smtp', submission: 'smtp' };

export const programOf = (protocol: string): string => PROGRAMS[protocol.toLowerCase()] ?? 'dovecot';
