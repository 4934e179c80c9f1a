// Where the shared store’s URL comes from: the environment, otherwise store.url in the state directory.
import { chmodSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findSharedStore } from '../../src/store/shared-store-file.ts';
import { StateDirectory } from '../../src/store/state-directory.ts';

let folder: string;
let directory: StateDirectory;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'whmapi1-shared-'));
  directory = new StateDirectory(folder, process.geteuid?.() ?? 0);
});
afterEach(() => rmSync(folder, { recursive: true }));

const url = 'postgres://whmapi1@db.example.com/whmapi1';
const write = (text: string, mode = 0o600) => {
  writeFileSync(join(folder, 'store.url'), text);
  chmodSync(join(folder, 'store.url'), mode);
};

test('there is no shared store by default', () => {
  expect(findSharedStore({}, directory)).toBeUndefined();
  expect(findSharedStore({ WHMAPI1_STORE_URL: '' }, directory)).toBeUndefined();
});

test.each(['', '\n', '\nweb1\n'])(
  'a file without a URL, for example after a full disk, is an error: %j',
  (text) => {
    write(text);
    expect(() => findSharedStore({}, directory)).toThrow('store.url” is empty. Its first line should be');
  },
);

test('a link is not accepted, wherever it leads', () => {
  symlinkSync('/nonexistent', join(folder, 'store.url'));
  expect(() => findSharedStore({}, directory)).toThrow('it is a symbolic link');
});

test.each([
  [`${url}\n`, {}, { url, server: undefined }],
  [`${url}\nweb1\n`, {}, { url, server: 'web1' }],
  [`  ${url}  \r\n  web1  `, {}, { url, server: 'web1' }],
  [`${url}\nweb1\n`, { WHMAPI1_SERVER_NAME: 'web2' }, { url, server: 'web2' }],
  [`${url}\n\n90\n`, {}, { url, server: undefined, auditDays: '90' }],
  [`${url}\nweb1\n90\n`, { WHMAPI1_AUDIT_DAYS: '30' }, { url, server: 'web1', auditDays: '30' }],
  ['postgres://other/db\nweb1\n', { WHMAPI1_STORE_URL: url }, { url, server: 'web1' }],
  ['', { WHMAPI1_STORE_URL: url, WHMAPI1_SERVER_NAME: 'web2' }, { url, server: 'web2' }],
])('%j with %j', (text, environment, found) => {
  write(text);
  expect(findSharedStore(environment, directory)).toEqual(found);
});

test('a file that others can read is rejected, because it may contain a password', () => {
  write(`${url}\n`, 0o644);
  expect(() => findSharedStore({}, directory)).toThrow('store.url” is open to others (mode 644)');
});
