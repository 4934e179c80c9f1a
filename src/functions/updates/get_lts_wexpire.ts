import { defineFunction } from '../../core/define.ts';
import {
  endOf,
  findReleases,
} from '../../capabilities/software/driver/debian-releases/look-debian-releases.ts';

const isMain = { type: 'flag', doc: 'Always 1: a release of Debian has one current version.' } as const;
const build = { type: 'string', doc: 'The number of the release: 13.' } as const;

export default defineFunction({
  name: 'get_lts_wexpire',
  since: 62,
  summary: 'List the releases of Debian, with the end of their support.',
  description:
    'The branches and tiers of WHM are Debian’s releases here, by number. The dates come from Debian’s package ' +
    'distro-info-data. Releases without a date of release are left out.',
  access: 'root',
  effect: 'looks',
  params: {},
  returns: {
    branch: { map: { list: { fields: { build, is_main: isMain } } }, keys: 'RELEASE' },
    flags: {
      fields: { is_main: { type: 'flag', doc: 'Always 1: the lists have the field is_main.' } },
    },
    tiers: {
      map: {
        list: {
          fields: {
            build,
            expires: {
              type: 'string',
              optional: true,
              doc:
                'When support ends, including long-term support, in seconds since 1970-01-01T00:00:00Z. Absent if it is not ' +
                'known.',
            },
            is_lts: { type: 'flag', optional: true, doc: '1 for a release with long-term support.' },
            is_main: isMain,
            named: {
              list: { type: 'string' },
              optional: true,
              doc: 'Its present names: stable, oldstable.',
            },
          },
        },
      },
      keys: 'RELEASE',
    },
  },
  examples: [{ args: {}, doc: 'List the releases.' }],

  async handler(_args, { machine, now }) {
    const releases = (await findReleases(machine, now())).filter(
      ({ released }) => released !== undefined && released * 1000 <= now(),
    );
    return {
      branch: Object.fromEntries(releases.map(({ version }) => [version, [{ build: version, is_main: 1 }]])),
      flags: { is_main: 1 },
      tiers: Object.fromEntries(
        releases.map((release) => {
          const { version, longTermSupportEnds, names } = release;
          const expires = endOf(release);
          const one = {
            build: version,
            ...(expires !== undefined && { expires: String(expires) }),
            ...(longTermSupportEnds !== undefined && { is_lts: 1 }),
            is_main: 1,
            ...(names.length > 0 && { named: [...names] }),
          };
          return [version, [one]];
        }),
      ),
    };
  },
});
