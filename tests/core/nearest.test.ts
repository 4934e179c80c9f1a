import { nearest } from '../../src/core/nearest.ts';

const names = [
  'twofactorauth_policy_status',
  'twofactorauth_enable_policy',
  'twofactorauth_disable_policy',
  'twofactorauth_set_tfa_config',
  'twofactorauth_set_tfa_config_for_user',
  'loadavg',
  'systemloadavg',
  'version',
];

test.each([
  ['twofactorauth_policy_statsu', ['twofactorauth_policy_status']],
  ['twofactorauth_set_tfa_confg', ['twofactorauth_set_tfa_config']],
  ['TwoFactorAuth_Disable_Policy', ['twofactorauth_disable_policy', 'twofactorauth_enable_policy']],
  ['versoin', ['version']],
  ['Version', ['version']],
  ['loadvag', ['loadavg']],
  ['v', []],
  ['', []],
  ['nothing_like_it_at_all', []],
  ['x'.repeat(101), []],
  ['x'.repeat(1_000_000), []],
])('%.40j may mean %j', (word, meant) => {
  expect(nearest(word, names)).toEqual(meant);
});

test('a short word is not similar to a name without a letter of it', () => {
  expect(nearest('x', ['ip', 'xp'])).toEqual(['xp']);
});

test('returns the requested number of names, equally near ones in alphabetical order', () => {
  const known = ['bat', 'cat', 'eat', 'fat'];
  expect(nearest('aat', known)).toEqual(['bat', 'cat', 'eat']);
  expect(nearest('aat', [...known].reverse(), 1)).toEqual(['bat']);
});
