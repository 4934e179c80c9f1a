import { readFileSync } from 'node:fs';
import { Installation } from '../support/installation.ts';

let here: Installation;
beforeEach(() => {
  here = new Installation();
});
afterEach(() => {
  here.remove();
});

describe('version', () => {
  it('returns the version in package.json', async () => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
    expect((await here.call('version')).data).toEqual({ version });
  });
});
