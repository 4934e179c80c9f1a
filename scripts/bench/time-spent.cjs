'use strict';
// Loaded into a server that is measured (`node --require`): how long it waited for tools, for DNS and for its store. On
// SIGUSR2 it writes the sums, in milliseconds, to the file that TIME_SPENT names.
const childProcess = require('node:child_process');
const dns = require('node:dns/promises');
const fs = require('node:fs');
const { performance } = require('node:perf_hooks');

/** By tool, for systemctl with its last word, which is the unit, and `DNS` and `store`. */
const spent = {};
const add = (what, began) => void (spent[what] = (spent[what] ?? 0) + performance.now() - began);

const nameOf = (tool, words) => (tool === 'systemctl' ? `systemctl ${words.at(-1)}` : tool);

const { spawn, fork } = childProcess;
childProcess.spawn = (tool, words, ...rest) => {
  const began = performance.now();
  return spawn(tool, words, ...rest).once('close', () => add(nameOf(tool, words), began));
};
// The process that starts tools for the server: `src/machine/linux/starter.ts`.
childProcess.fork = (...all) => {
  const child = fork(...all);
  const began = new Map();
  const { send } = child;
  child.send = (request, ...rest) => {
    const { kind, tool, words } = request.work;
    const what = { lock: 'flock', unlock: 'flock', run: kind === 'run' && nameOf(tool, words) }[kind];
    began.set(request.id, [what, performance.now()]);
    return send.call(child, request, ...rest);
  };
  return child.on('message', ({ kind, id }) => {
    if (kind === 'done') add(...began.get(id));
  });
};

const { resolveSoa } = dns.Resolver.prototype;
dns.Resolver.prototype.resolveSoa = async function (...names) {
  const began = performance.now();
  return resolveSoa.apply(this, names).finally(() => add('DNS', began));
};

/** Its work is synchronous, so that the sum counts nothing twice. */
function time(target, names) {
  for (const name of names) {
    const work = target[name];
    target[name] = function (...words) {
      const began = performance.now();
      try {
        return work.apply(this, words);
      } finally {
        add('store', began);
      }
    };
  }
}
// The log of calls is a part of the store.
time(fs, ['fdatasyncSync']);
const { dlopen } = process;
process.dlopen = (loaded, ...rest) => {
  dlopen.call(process, loaded, ...rest);
  const { DatabaseSync, StatementSync } = loaded.exports;
  time(DatabaseSync.prototype, ['exec', 'prepare']);
  time(StatementSync.prototype, ['run', 'get', 'all']);
};

process.on('SIGUSR2', () => {
  fs.writeFileSync(`${process.env.TIME_SPENT}.new`, JSON.stringify(spent));
  fs.renameSync(`${process.env.TIME_SPENT}.new`, process.env.TIME_SPENT);
});
