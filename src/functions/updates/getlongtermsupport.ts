import { defineFunction } from '../../core/define.ts';
import { findReleases } from '../../capabilities/software/driver/debian-releases/look-debian-releases.ts';

const seconds = 'in seconds since 1970-01-01T00:00:00Z';

export default defineFunction({
  name: 'getlongtermsupport',
  since: null,
  summary: 'List the releases of Debian that have long-term support.',
  description:
    'WHM replaced this function with get_lts_wexpire, and its response is not documented, so the fields are ours. The dates ' +
    'come from Debian’s package distro-info-data.',
  access: 'root',
  effect: 'looks',
  params: {
    all: {
      type: 'flag',
      doc: 'Whether to list all releases. Default: only those whose long-term support has not ended.',
    },
  },
  returns: {
    versions: {
      list: {
        fields: {
          version: { type: 'string', doc: 'The number of the release: 13.' },
          series: { type: 'string', doc: 'Its name: trixie.' },
          support_ends: {
            type: 'integer',
            optional: true,
            doc: `When the support by Debian’s security team ends, ${seconds}. Absent if it is not known.`,
          },
          lts_ends: {
            type: 'integer',
            optional: true,
            doc: `When long-term support ends, ${seconds}. Absent if there is none, or the date is not known.`,
          },
          is_lts: { type: 'flag', doc: 'Whether long-term support has replaced support now.' },
        },
      },
    },
  },
  list: 'versions',
  examples: [
    { args: {}, doc: 'List the releases with long-term support.' },
    { args: { all: '1' }, doc: 'List all releases.' },
  ],

  async handler({ all }, { machine, now }) {
    const seconds = now() / 1000;
    const releases = await findReleases(machine, now());
    const isLeft = (end: number | undefined) => end !== undefined && end >= seconds;
    return {
      versions: releases
        .filter(({ longTermSupportEnds }) => all === true || isLeft(longTermSupportEnds))
        .map(({ version, series, supportEnds, longTermSupportEnds }) => ({
          version,
          series,
          ...(supportEnds !== undefined && { support_ends: supportEnds }),
          ...(longTermSupportEnds !== undefined && { lts_ends: longTermSupportEnds }),
          is_lts: Number(supportEnds !== undefined && supportEnds < seconds && isLeft(longTermSupportEnds)),
        })),
    };
  },
});
