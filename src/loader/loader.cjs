'use strict';
// Loads the program's chunks, with the V8 code cache that the build made of them. Node's own loader would compile
// every chunk at every start. V8 rejects a cache of another Node version, and then compiles the source.
const { readFileSync, statSync } = require('node:fs');
const { dirname, join } = require('node:path');
const { Script } = require('node:vm');

/** A file begins with so many characters: the number of bytes up to the end of its source. */
const HEADER_BYTES = 16;
/** V8 reads a cache in place only where it begins at a multiple of this. */
const ALIGNMENT = 8;

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
    const end = id.lastIndexOf('/');
    const [file, name] = [id.slice(0, end), id.slice(end + 1)];
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
    const { source, cachedData } = exports.unpack(readFileSync(filename));
    const script = new Script(source, { filename, cachedData });
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

/**
 * One file of dist/: a source, and the cache behind it where there is one.
 * @param {string} source ASCII, which is read without decoding
 * @param {Buffer} [cache]
 * @throws {RangeError} for any other character, which would come back as another one
 */
exports.pack = function pack(source, cache = Buffer.alloc(0)) {
  const [stray] = /[^\0-\x7f]/.exec(source) ?? [];
  if (stray !== undefined) throw new RangeError(`The source has “${stray}”, which is not ASCII.`);
  const length = HEADER_BYTES + source.length;
  const bytes = Buffer.alloc(cacheStart(length) + cache.length, ' ');
  bytes.write(`${String(length).padEnd(HEADER_BYTES)}${source}`, 'latin1');
  cache.copy(bytes, cacheStart(length));
  return bytes;
};

/** @param {Buffer} bytes */
exports.unpack = function unpack(bytes) {
  const length = Number(bytes.latin1Slice(0, HEADER_BYTES));
  const start = cacheStart(length);
  return {
    source: bytes.latin1Slice(HEADER_BYTES, length),
    cachedData: start < bytes.length ? bytes.subarray(start) : undefined,
  };
};

/** @param {number} length */
function cacheStart(length) {
  return Math.ceil(length / ALIGNMENT) * ALIGNMENT;
}

/** Groups below this are the system's, such as “staff”. */
const FIRST_GROUP_OF_PEOPLE = 100;
const [WRITABLE_BY_GROUP, WRITABLE_BY_ALL, STICKY] = [0o020, 0o002, 0o1000];

/**
 * Root must not run a program that somebody else can change.
 * @param {string} folder dist/, as it is on the disk, without links
 * @param {Record<string, string | undefined>} environment
 * @returns {string | undefined} the sentence that refuses it
 */
exports.whyNotAsRoot = function whyNotAsRoot(folder, environment) {
  if (process.geteuid?.() !== 0 || environment.WHMAPI1_TRUST_PROGRAM === '1') return undefined;
  for (let path = join(folder, 'loader.cjs'); ; path = dirname(path)) {
    const who = whoElseWrites(statSync(path));
    if (who !== undefined && isRootOfTheMachine()) {
      return (
        `Root cannot run this program, because ${who} can change ${path}. Install the Debian package, or as root: ` +
        'npm install --global "$(npm pack --silent)". To run it anyway, set WHMAPI1_TRUST_PROGRAM=1.'
      );
    }
    if (path === dirname(path)) return undefined;
  }
};

/** The root of a user namespace has only the rights of the user who made it. It sees the machine's root as another user. */
function isRootOfTheMachine() {
  return /^\s*0\s+0\s+4294967295\s*$/.test(readFileSync('/proc/self/uid_map', 'latin1'));
}

/** @param {import('node:fs').Stats} stats */
function whoElseWrites({ uid, gid, mode }) {
  if (uid !== 0) return `the user with the ID ${uid}`;
  // In a sticky directory nobody can replace what belongs to root.
  if ((mode & STICKY) !== 0) return undefined;
  if ((mode & WRITABLE_BY_ALL) !== 0) return 'every user';
  const isOfPeople = (mode & WRITABLE_BY_GROUP) !== 0 && gid >= FIRST_GROUP_OF_PEOPLE;
  return isOfPeople ? `the group with the ID ${gid}` : undefined;
}
