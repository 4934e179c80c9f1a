// Reads mysql.sql of a cpmove archive: exactly three forms of GRANT, and comments. Nothing is ever executed. Everything else
// is refused, with the number of its line.
import { MachineError } from '../../../../../core/machine-error.ts';
import type { ObjectGrant } from '../moves/object-grants.ts';

export interface ArchivedGrants {
  readonly logins: readonly { readonly user: string; readonly host: string; readonly hash?: string }[];
  readonly grants: readonly {
    readonly user: string;
    readonly host: string;
    /** As a grant has it: `bob\_shop`. */
    readonly pattern: string;
    readonly privileges: readonly string[];
    /** With the right to pass them on. */
    readonly canGrant: boolean;
    /** The number of its line. */
    readonly line: number;
  }[];
  /** On tables, views and routines. */
  readonly objects: readonly (Omit<ObjectGrant, 'level'> & {
    readonly level: Exclude<ObjectGrant['level'], 'database'>;
    readonly database: string;
    readonly line: number;
  })[];
}

type OnObject = ArchivedGrants['objects'][number];

const QUOTED = "('(?:[^'\\\\]|\\\\.|'')*'|`(?:[^`]|``)*`)";
const LOGIN = new RegExp(
  `^GRANT USAGE ON \\*\\.\\* TO ${QUOTED}@${QUOTED}(?: IDENTIFIED BY PASSWORD ('[^'\\\\]*'))?;?$`,
);
const OPTION = '( WITH GRANT OPTION)?';
const GRANT = new RegExp(`^GRANT ([A-Z ,]{1,500}) ON ${QUOTED}\\.\\* TO ${QUOTED}@${QUOTED}${OPTION};?$`);
const NAME = '`(?:[^`]|``)*`';
const PRIVILEGE = `([A-Z][A-Z ]{0,40}[A-Z])(?: ?\\((${NAME}(?:, ?${NAME})*)\\))?`;
const OBJECT = new RegExp(
  `^GRANT (${PRIVILEGE}(?:, ?${PRIVILEGE})*) ON (?:(TABLE|PROCEDURE|FUNCTION|PACKAGE BODY|PACKAGE) )?(${NAME})\\.(${NAME}) TO ${QUOTED}@${QUOTED}${OPTION};?$`,
);

/** @throws MachineError `failed`. */
export function readGrants(text: string, path: string): ArchivedGrants {
  const logins: ArchivedGrants['logins'][number][] = [];
  const grants: ArchivedGrants['grants'][number][] = [];
  const objects: OnObject[] = [];
  for (const [index, raw] of text.split('\n').entries()) {
    const line = raw.trim();
    if (line === '' || line.startsWith('--')) continue;
    const login = LOGIN.exec(line);
    if (login !== null) {
      const [, user = '', host = '', hash] = login;
      logins.push({
        ...{ user: unquoted(user), host: unquoted(host) },
        ...(hash !== undefined && { hash: hash.slice(1, -1) }),
      });
      continue;
    }
    const grant = GRANT.exec(line);
    if (grant === null) {
      const object = readObject(line, index + 1);
      if (object !== undefined) {
        objects.push(object);
        continue;
      }
      throw new MachineError(
        'failed',
        `Line ${index + 1} of “${path}” is not one of the three forms that such a file has: GRANT USAGE ON *.* TO … ` +
          'IDENTIFIED BY PASSWORD …, and GRANT … ON a database, or on a table or a routine, TO ….',
      );
    }
    const [, privileges = '', pattern = '', user = '', host = '', option] = grant;
    grants.push({
      ...{ user: unquoted(user), host: unquoted(host), pattern: unquoted(pattern), line: index + 1 },
      privileges: privileges.split(',').map((one) => one.trim().replace(/ +/g, ' ')),
      canGrant: option !== undefined,
    });
  }
  return { logins, grants, objects };
}

function readObject(line: string, number: number): OnObject | undefined {
  const match = OBJECT.exec(line);
  if (match === null) return undefined;
  const [level = 'TABLE', database = '', object = '', user = '', host = '', option] = match.slice(6);
  return {
    level: level === 'TABLE' ? 'table' : (level as Exclude<OnObject['level'], 'table'>),
    ...{ database: unquoted(database), object: unquoted(object), line: number },
    ...{ user: unquoted(user), host: unquoted(host), canGrant: option !== undefined },
    privileges: [...(match[1] ?? '').matchAll(new RegExp(PRIVILEGE, 'g'))].map(([, name = '', columns]) => ({
      name,
      ...(columns !== undefined && {
        columns: [...columns.matchAll(new RegExp(NAME, 'g'))].map(([column]) => unquoted(column)),
      }),
    })),
  };
}

const escapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', 0: '\0', b: '\b', Z: '\x1a' };

/** In a text, `\_` and `\%` stay as they are; in a name, backslashes have no meaning. */
function unquoted(text: string): string {
  const quote = text.slice(0, 1);
  const inner = text.slice(1, -1).replaceAll(quote + quote, quote);
  if (quote === '`') return inner;
  return inner.replaceAll(/\\([^])/g, (both, one: string) =>
    /[_%]/.test(one) ? both : (escapes[one] ?? one),
  );
}

/** The only database that a pattern can mean among some. Undefined if it has wildcards. */
export function databaseMeant(pattern: string, databases: readonly string[]): string | undefined {
  const literal = pattern.replaceAll(/\\([\\_%])/g, '$1');
  const isOpen = /(?:^|[^\\])(?:\\\\)*%/.test(pattern);
  return !isOpen && databases.includes(literal) ? literal : undefined;
}
