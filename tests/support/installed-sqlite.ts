// SQLite as the installed Debian package has it, for the scripts that run in machines.
const loaded = { exports: {} as typeof import('@photostructure/sqlite') };
process.dlopen(loaded, `/usr/lib/whmapi1/current/dist/sqlite-${process.arch}.node`);

export const { DatabaseSync } = loaded.exports;
