'use strict';
// What runs the test files, with two changes: V8 compiles each module once in each process, not once for each test file.
// And no storage of a test file outlives it, not even Jest's own: in Node 20, each promise asks all of the process.
const { AsyncLocalStorage } = require('node:async_hooks');
const { Script } = require('node:vm');
const v8 = require('node:v8');
const { default: Runtime } = require('jest-runtime');

// Functions that no test file has used for a while stay compiled.
v8.setFlagsFromString('--no-flush-bytecode');

/** @type {Set<AsyncLocalStorage<unknown>>} */
const storages = new Set();
const { run } = AsyncLocalStorage.prototype;
/** @this {AsyncLocalStorage<unknown>} */
AsyncLocalStorage.prototype.run = function (...words) {
  storages.add(this);
  return Reflect.apply(run, this, words);
};

module.exports = class extends Runtime {
  /** @param {ConstructorParameters<typeof Runtime>} words */
  constructor(...words) {
    super(...words);
    const { executor, _environment: environment } = this;
    if (typeof executor?.compile !== 'function')
      throw new Error('This version of Jest compiles modules elsewhere.');
    const compile = executor.compile.bind(executor);
    const head = `(function(${executor.injectedModuleParameters.join(',')}){`;
    executor.compile = (source, filename) => {
      const context = environment.getVmContext();
      if (context === null) return null;
      try {
        const script = new Script(`${head}${source}\n})`, { filename, columnOffset: -head.length });
        return script.runInContext(context);
      } catch {
        // Jest explains why.
        return compile(source, filename);
      }
    };
  }

  teardown() {
    super.teardown();
    for (const storage of storages) storage.disable();
    storages.clear();
  }
};
