// Versions of MariaDB and MySQL, as WHM shows them: the server, and its line, such as `11.8`.
import { badParam } from '../../../core/errors.ts';
import { quote } from '../../../core/quote.ts';

export interface MysqlVersion {
  readonly server: 'mariadb' | 'mysql';
  readonly version: string;
}

/** The fields of responses that show a version. */
export const versionFields = {
  server: { type: 'string', doc: '“mariadb” or “mysql”.' },
  version: { type: 'string', doc: 'The version: “11.8”.' },
} as const;

/** @throws ApiError `bad_param` if apt does not offer the version. */
export function assertInstallable(version: string, offered: readonly MysqlVersion[]): void {
  if (offered.some((one) => one.version === version)) return;
  const choice = offered.map((one) => one.version).join(', ');
  throw badParam(
    `apt does not offer the version ${quote(version)}. ` +
      (choice === '' ? 'It offers none.' : `The parameter “version” should be one of: ${choice}.`),
  );
}
