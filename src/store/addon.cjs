'use strict';
// Where the bundled program finds better-sqlite3's native addon: beside it, or where npm put it.
const { join } = require('node:path');

module.exports = function loadAddon() {
  const addon = { exports: {} };
  try {
    process.dlopen(
      addon,
      join(__dirname, '../node_modules/better-sqlite3/build/Release/better_sqlite3.node'),
    );
  } catch {
    process.dlopen(addon, require.resolve('better-sqlite3/build/Release/better_sqlite3.node'));
  }
  return addon.exports;
};
