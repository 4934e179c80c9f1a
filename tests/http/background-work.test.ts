// Work that calls leave to be done after them.
import { MachineError } from '../../src/core/machine-error.ts';
import { BackgroundWork } from '../../src/http/background-work.ts';

const errors: unknown[] = [];
const begun: string[] = [];
let ends: Map<string, (error?: Error) => void>;
let background: BackgroundWork;
beforeEach(() => {
  errors.length = 0;
  begun.length = 0;
  ends = new Map();
  background = new BackgroundWork((error) => errors.push(error));
});

const add = (name: string) =>
  background.add(name, () => {
    begun.push(name);
    return new Promise((resolve, reject) => {
      ends.set(name, (error) => (error === undefined ? resolve() : reject(error)));
    });
  });
/** Ends running work, and lets what it causes happen. */
const end = async (name: string, error?: Error) => {
  ends.get(name)?.(error);
  await new Promise((resume) => setImmediate(resume));
};

test('runs two pieces at a time, in their order', async () => {
  for (const name of ['a', 'b', 'c', 'd']) add(name);
  expect(begun).toEqual(['a', 'b']);
  await end('b');
  expect(begun).toEqual(['a', 'b', 'c']);
});

test('does not add work that waits or runs, and does it again when it has ended', async () => {
  for (const name of ['a', 'b', 'c', 'a', 'c']) add(name);
  await end('a');
  await end('b');
  expect(begun).toEqual(['a', 'b', 'c']);
  add('a');
  expect(begun).toEqual(['a', 'b', 'c', 'a']);
});

test('adds no more than a thousand', async () => {
  for (let at = 0; at < 1100; at++) add(String(at));
  for (let at = 0; at < 1100; at++) await end(String(at));
  expect(begun).toHaveLength(1000);
});

test('reports an error, but not one of the machine, and continues', async () => {
  for (const name of ['a', 'b', 'c', 'd']) add(name);
  const defect = new Error('A defect.');
  await end('a', defect);
  await end('b', new MachineError('not_found', 'The server has no user “bob”.'));
  expect(errors).toEqual([defect]);
  expect(begun).toEqual(['a', 'b', 'c', 'd']);
});

test('waits for the running work when it is closed, and begins none', async () => {
  for (const name of ['a', 'b', 'c']) add(name);
  const closed = background.close();
  await end('a');
  add('d');
  let isClosed = false;
  void closed.then(() => (isClosed = true));
  await end('nothing');
  expect(isClosed).toBe(false);
  await end('b');
  await closed;
  expect(begun).toEqual(['a', 'b']);
});
