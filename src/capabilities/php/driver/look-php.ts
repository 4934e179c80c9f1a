// What functions read about PHP before their transaction begins.
export { findVersions } from './versions.ts';
export { readIni } from './read-ini.ts';
