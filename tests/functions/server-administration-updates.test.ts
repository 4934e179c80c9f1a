// Whether a newer version is available, and the licence. tests/functions/updates-tiers.test.ts has the repositories.
import { join } from 'node:path';
import { version } from '../../package.json';
import { writeRepositories } from '../support/apt-tree.ts';
import { Installation, reseller } from '../support/installation.ts';
import { itWith } from '../support/require-tool.ts';

let here: Installation;
beforeEach(() => {
  here = new Installation();
});
afterEach(() => {
  here.remove();
});

describe('get_update_availability', () => {
  itWith(['apt-cache'], 'compares the version that runs if no package is installed', async () => {
    writeRepositories(join(here.state, 'root'), [{ suite: 'current', packages: { whmapi1: ['99.1'] } }]);
    expect((await here.call('get_update_availability')).data).toEqual({
      ...{ current_version: version, newest_version: '99.1', tier: 'current', update_available: 1 },
    });
  });

  it('fails if neither apt nor npm has the program', async () => {
    const { metadata } = await here.call('get_update_availability');
    expect(metadata.error_code).toBe('not_found');
    expect(metadata.reason).toMatch(/^Neither apt nor npm has a package “whmapi1” on this server/);
  });

  it('is for root', async () => {
    const { metadata } = await here.call('get_update_availability', {}, { as: reseller('rita') });
    expect(metadata.error_code).toBe('denied');
  });
});
