// fast-check, with the same random values in every run: what passes once passes again. `SEED=… npm test` tries others.
const fc = require('../../node_modules/fast-check/lib/cjs/fast-check.js');
fc.configureGlobal({ seed: Number(process.env.SEED ?? 1) });
module.exports = fc;
