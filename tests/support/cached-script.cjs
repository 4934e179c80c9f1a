'use strict';
// Runs the bundle of a folder (tests/support/built-script.ts). The first run leaves what V8 has compiled for the next.
const { existsSync, readFileSync, writeFileSync } = require('node:fs');
const { createRequire } = require('node:module');
const { join } = require('node:path');
const { Script } = require('node:vm');

/** @param {string} folder */
module.exports = function runBundle(folder) {
  const [filename, cache] = [join(folder, 'bundle.cjs'), join(folder, 'bundle.cache')];
  // It is ASCII, which needs no decoding.
  const source = `(function(exports,require,module,__dirname){${readFileSync(filename, 'latin1')}\n})`;
  const cachedData = existsSync(cache) ? readFileSync(cache) : undefined;
  const script = new Script(source, { filename, cachedData });
  if (cachedData === undefined) process.once('exit', () => writeFileSync(cache, script.createCachedData()));
  script.runInThisContext()({}, createRequire(filename), {}, folder);
};
