// Requests of the native commands: their fields, and the environment, which is most of a request.
import { readRequest } from '../../src/command-socket/request.ts';

const head = ['build', '3', '4', '5', '6', '77', 'host', '1', '80', '24', '0', '0', '0'];

function request(argv: readonly string[], environment: readonly string[], count = argv.length): Buffer {
  const fields = [...head, String(count), ...argv, ...environment];
  return Buffer.from(fields.map((field) => `${field}\0`).join(''));
}

test('the fields, the words and the variables are read', () => {
  expect(readRequest(request(['version', ''], ['A=1', 'B=ä=2', 'A=3', 'C=', '=D=4', 'E']))).toEqual({
    build: 'build',
    namespaces: { network: '3:4', processes: '5:6' },
    ...{ pid: 77, hostname: 'host', input: undefined },
    stdout: { isTerminal: true, columns: 80, rows: 24 },
    stderr: { isTerminal: false, columns: 0, rows: 0 },
    argv: ['version', ''],
    environment: { A: '1', B: 'ä=2', C: '', '=D': '4' },
  });
});

test('there may be no variables', () => {
  expect(readRequest(request(['version'], []))).toMatchObject({ argv: ['version'], environment: {} });
});

test('the same environment is the same object, also for another command, and another one is not', () => {
  const first = readRequest(request(['version'], ['A=1', 'B=2']))?.environment;
  expect(readRequest(request(['listaccts', 'x'], ['A=1', 'B=2']))?.environment).toBe(first);
  expect(readRequest(request(['version'], ['A=1', 'B=3']))?.environment).toEqual({ A: '1', B: '3' });
  // The words end where the number says, not where an “=” is.
  expect(readRequest(request(['version', 'A=1'], ['B=3']))?.environment).toEqual({ B: '3' });
  expect(readRequest(request(['version'], ['A=1', 'B=2']))?.environment).toEqual({ A: '1', B: '2' });
});

test.each([
  ['nothing', Buffer.alloc(0)],
  ['fewer fields', Buffer.from('build\0'.repeat(13))],
  ['no words', request([], ['A=1'])],
  ['fewer words than it says', request(['version'], [], 2)],
  ['a number of words that is none', request(['version'], [], NaN)],
  ['a negative number of words', request(['version'], [], -1)],
  ['a last field without its end', request(['version'], ['A=1']).subarray(0, -1)],
])('a request that has %s is not read', (_what, body) => {
  expect(readRequest(body)).toBeUndefined();
});
