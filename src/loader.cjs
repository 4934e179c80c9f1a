'use strict';
// Loads the program's chunks, with the V8 code cache that the build made of them. Node's own loader would compile
// every chunk anew at every start. A cache that another version of Node made is refused by V8, which then compiles.
const { readFileSync } = require('node:fs');
const { Script } = require('node:vm');

/**
 * A chunk is asked for as FILE/CHUNK: chunks that are loaded together stand in one file, an object of functions.
 * One that stands in several files is still one chunk.
 * @param {string} folder
 */
exports.createLoader = function createLoader(folder) {
  /** @type {Map<string, Script>} */
  const scripts = new Map();
  /** @type {Record<string, Record<string, Function>>} */
  const files = Object.create(null);
  /** @type {Record<string, { exports: object }>} */
  const chunks = Object.create(null);

  /** @param {string} id */
  function load(id) {
    const [file, name] = id.split('/');
    const known = chunks[name];
    if (known !== undefined) return known.exports;
    const chunk = (chunks[name] = { exports: {} });
    // A file that is open already may hold the chunk as well.
    const open = files[file] ?? Object.values(files).find((one) => Object.hasOwn(one, name));
    (open ?? (files[file] = read(file)))[name](chunk, chunk.exports, requireChunk, folder);
    return chunk.exports;
  }

  /** @param {string} file */
  function read(file) {
    const filename = `${folder}/${file}`;
    // The build writes ASCII only, which latin1 reads without decoding.
    const script = new Script(readFileSync(filename, 'latin1'), {
      filename,
      cachedData: readCache(filename),
    });
    scripts.set(file, script);
    return script.runInThisContext();
  }

  /** @param {string} id */
  function requireChunk(id) {
    return id.startsWith('#') ? load(id.slice(1)) : require(id);
  }
  requireChunk.resolve = require.resolve;

  return { load, scripts };
};

/** @param {string} filename */
function readCache(filename) {
  try {
    return readFileSync(`${filename}.cache`);
  } catch {
    return undefined;
  }
}
