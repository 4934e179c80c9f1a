'use strict';
// Takes the place of the package that binds SQLite in the built program: dist/ has its addons, each for all versions of
// Node. It is loaded with the first database, because many calls need none.
const { join } = require('node:path');

let addon;

module.exports = {
  get DatabaseSync() {
    if (addon === undefined) {
      const loaded = { exports: {} };
      process.dlopen(loaded, join(__dirname, `sqlite-${process.arch}.node`));
      addon = loaded.exports;
    }
    return addon.DatabaseSync;
  },
};
