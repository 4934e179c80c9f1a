// How remote_mysql_create_profile_via_ssh logs in: which of its parameters belong together.
import { badParam } from '../../../core/errors.ts';

/** How to log in to a server, and to become root there. JSON: steps of plans carry it. */
export interface SshAccess {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  /** The file of a private key of root. Null: log in with a password. */
  readonly key: string | null;
  /** How the user becomes root. Null: the user is root. */
  readonly becomesRoot: 'sudo' | 'su' | null;
}

export interface SshSecrets {
  /** The password of the user, or the passphrase of the key. Empty if ssh asks for nothing. */
  readonly login: string;
  /** What sudo or su asks for. Empty: nothing. */
  readonly root: string;
}

export interface SshParams {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string | undefined;
  readonly sshkey_name: string | undefined;
  readonly sshkey_passphrase: string | undefined;
  readonly root_escalation_method: 'sudo' | 'su' | undefined;
  readonly root_password: string | undefined;
}

/** @throws ApiError `bad_param` for parameters that contradict each other, or that nothing would use. */
export function accessOf(params: SshParams): SshAccess {
  const { host, port, user, password, sshkey_name: key } = params;
  const {
    sshkey_passphrase: passphrase,
    root_escalation_method: method,
    root_password: rootPassword,
  } = params;
  if (key === undefined && password === undefined) {
    throw badParam('Pass “sshkey_name” or “password”: nothing says how to log in.');
  }
  if (key === undefined && passphrase !== undefined) {
    throw badParam('The parameter “sshkey_passphrase” belongs to “sshkey_name”, which is missing.');
  }
  if (user === 'root' && (method !== undefined || rootPassword !== undefined)) {
    throw badParam('The user is root already: omit “root_escalation_method” and “root_password”.');
  }
  if (user !== 'root' && method === undefined) {
    throw badParam('Pass “root_escalation_method”: only root can create the MariaDB user.');
  }
  if (method === 'su' && rootPassword === undefined) {
    throw badParam('Pass “root_password”: su asks for the password of root.');
  }
  if (method === 'sudo' && rootPassword !== undefined) {
    throw badParam('Omit “root_password”: sudo asks for the password of the user, which is “password”.');
  }
  if (key !== undefined && password !== undefined && method !== 'sudo') {
    throw badParam('Pass “sshkey_name” or “password”, not both. Only sudo needs a password besides a key.');
  }
  return { host, port, user, key: key ?? null, becomesRoot: method ?? null };
}

/** @param passphrase that ssh asks for; empty if it does not. */
export function secretsOf(
  { password, sshkey_name, root_escalation_method, root_password }: SshParams,
  passphrase: string,
): SshSecrets {
  const ofRoot = { sudo: password, su: root_password };
  return {
    login: sshkey_name === undefined ? (password ?? '') : passphrase,
    root: root_escalation_method === undefined ? '' : (ofRoot[root_escalation_method] ?? ''),
  };
}
