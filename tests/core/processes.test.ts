// A process counts as dead only if that is certain: what is alive is never taken over.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { processesOf } from '../../src/machine/processes.ts';

const processes = processesOf(process);
afterEach(() => jest.restoreAllMocks());

test('a process is alive, and another one with its ID is not that one', () => {
  const [id, started, boot] = processes.own().split(' ');
  expect(processes.isAlive(processes.own())).toBe(true);
  expect(processes.isAlive(`${id} ${Number(started) + 1} ${boot}`)).toBe(false);
  expect(processes.isAlive(`${id} ${started} another-boot`)).toBe(false);
});

test('a process that has ended is dead', () => {
  const { pid } = spawnSync('true');
  expect(processes.isAlive(processes.own().replace(/^\d+/, String(pid)))).toBe(false);
  expect(processes.isAlive(String(pid))).toBe(false);
  expect([processes.isAlive(''), processes.isAlive('ended')]).toEqual([false, false]);
});

test('a process counts as alive if this one can open no file', () => {
  const ended = processes.own().replace(/^\d+/, String(spawnSync('true').pid));
  jest.spyOn(fs, 'readFileSync').mockImplementation(() => {
    throw Object.assign(new Error('too many open files'), { code: 'EMFILE' });
  });
  expect([processes.isAlive(processes.own()), processes.isAlive(ended)]).toEqual([true, true]);
});
