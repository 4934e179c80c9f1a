// The .htaccess files of an account, in which this program has written paths of its home and names of its domains.
import type { AccountPart } from '../../accounts/driver/account-part.ts';
import write from './steps/write.ts';

declare module '../../accounts/driver/account-part.ts' {
  interface FoundByParts {
    /** The .htaccess files that change with the name or the domain. */
    readonly accessFiles?: readonly ChangedAccessFile[];
  }
}

export interface ChangedAccessFile {
  /** Absolute. */
  readonly path: string;
  readonly before: string;
  readonly after: string;
}

export const part: AccountPart = {
  // While the websites pause, if they do. The user still has the former name and home.
  released({ found: { accessFiles = [] } }, { username: name }) {
    return accessFiles.length === 0 ? [] : [write.plan({ name, files: accessFiles })];
  },
};
