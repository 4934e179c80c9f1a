// fast-check with the same random values in every run, so that a test that passes once passes again. `SEED=… npm test`
// uses others.
const fc = require('../../node_modules/fast-check/lib/cjs/fast-check.js');
fc.configureGlobal({ seed: Number(process.env.SEED ?? 1) });
module.exports = fc;
