// Reads the files of users and privileges of a cpmove archive. Nothing is ever executed. Every line is one of a few forms,
// otherwise the file is refused with the number of the line.
import { MachineError } from '../../../../../core/machine-error.ts';

export interface ArchivedUser {
  readonly name: string;
  /** What PostgreSQL stores instead of the password. Undefined: the user has none. */
  readonly verifier?: string;
}

export interface ArchivedGrant {
  readonly database: string;
  readonly user: string;
  /** Where it is: `Line 2 of “…”`. */
  readonly where: string;
}

const NAME = '("(?:[^"]|"")+"|[A-Za-z_][A-Za-z0-9_$]*)';
/** Rights that are not given are what a user here has anyway. */
const OPTION =
  "(?:LOGIN|NOSUPERUSER|INHERIT|NOCREATEROLE|NOCREATEDB|NOREPLICATION|NOBYPASSRLS|(?:ENCRYPTED )?PASSWORD '[^'\\\\]*')";
const LOGIN = new RegExp(`^(CREATE|ALTER) (?:USER|ROLE) ${NAME}(?: WITH)?((?: ${OPTION})*);?$`, 'i');
const PASSWORD = /PASSWORD '([^']*)'/i;
const GRANT = new RegExp(`^GRANT ALL(?: PRIVILEGES)? ON DATABASE ${NAME} TO ${NAME};?$`, 'i');

const BASE64 = '(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?';
/** Iterations, salt, and two keys of 32 bytes. PostgreSQL would take any other text as the password itself. */
const SCRAM = new RegExp(
  `^SCRAM-SHA-256\\$[1-9][0-9]{0,6}:(?=.)${BASE64}\\$[A-Za-z0-9+/]{43}=:[A-Za-z0-9+/]{43}=$`,
);
const MD5 = /^md5[0-9a-f]{32}$/;

export const isMd5 = (verifier: string): boolean => MD5.test(verifier);

/** @throws MachineError `failed`. */
export function readUsers(text: string, path: string): ArchivedUser[] {
  const found = new Map<string, ArchivedUser>();
  for (const { line, where } of linesOf(text, path)) {
    const match = LOGIN.exec(line);
    if (match === null) {
      throw refused(
        `${where} is not one of the forms that such a file has: CREATE ROLE … LOGIN PASSWORD '…', CREATE USER … WITH ` +
          "PASSWORD '…', and ALTER ROLE … PASSWORD '…'.",
      );
    }
    const [, verb = '', quoted = '', options = ''] = match;
    const name = unquoted(quoted);
    const isCreated = verb.toUpperCase() === 'CREATE';
    if (isCreated && found.has(name)) throw refused(`${where} creates “${name}” again.`);
    if (!isCreated && !found.has(name))
      throw refused(`${where} changes “${name}”, whom no line before it creates.`);
    const [, verifier] = PASSWORD.exec(options) ?? [];
    if (verifier !== undefined && !SCRAM.test(verifier) && !MD5.test(verifier)) {
      throw refused(`${where} has a password of “${name}” that is neither a SCRAM-SHA-256 nor an MD5 hash.`);
    }
    found.set(name, { ...found.get(name), name, ...(verifier !== undefined && { verifier }) });
  }
  return [...found.values()];
}

/** @throws MachineError `failed`. */
export function readGrants(text: string, path: string): ArchivedGrant[] {
  return linesOf(text, path).map(({ line, where }) => {
    const match = GRANT.exec(line);
    if (match === null) {
      throw refused(
        `${where} is not of the form that such a file has: GRANT ALL PRIVILEGES ON DATABASE … TO ….`,
      );
    }
    const [, database = '', user = ''] = match;
    return { database: unquoted(database), user: unquoted(user), where };
  });
}

function linesOf(text: string, path: string): { readonly line: string; readonly where: string }[] {
  return text
    .split('\n')
    .map((line, index) => ({ line: line.trim(), where: `Line ${index + 1} of “${path}”` }))
    .filter(({ line }) => line !== '' && !line.startsWith('--'));
}

/** PostgreSQL changes the letters of a name without quotes to lower case. */
const unquoted = (name: string) =>
  name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name.toLowerCase();

const refused = (text: string) => new MachineError('failed', `${text} Nothing was changed.`);
