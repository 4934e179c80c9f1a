// fast-check with the same random values in every run, so that a test that passes once passes again. `SEED=… npm test`
// uses others. `npm run soak` tries as many values as the tests say; otherwise a quarter of them, but at least 25.
const fc = require('../../node_modules/fast-check/lib/cjs/fast-check.js');

const FEWEST = 25;
fc.configureGlobal({ seed: Number(process.env.SEED ?? 1) });

/** @param {number} count */
const fewer = (count) =>
  process.env.WHMAPI1_SOAK === undefined ? Math.min(count, Math.max(FEWEST, Math.ceil(count / 4))) : count;

/** @type {typeof fc.assert} */
const assert = (property, options = {}) =>
  fc.assert(property, { ...options, numRuns: fewer(options.numRuns ?? 100) });

module.exports = { ...fc, assert };
