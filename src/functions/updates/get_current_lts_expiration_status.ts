import { defineFunction } from '../../core/define.ts';
import { notFound } from '../../core/errors.ts';
import {
  endOf,
  findSystemRelease,
} from '../../capabilities/software/driver/debian-releases/look-debian-releases.ts';
import { inThreeMonths } from '../../capabilities/software/rules/updates/support.ts';

export default defineFunction({
  name: 'get_current_lts_expiration_status',
  since: 62,
  summary: 'Show when the support of this server’s release of Debian ends.',
  description:
    'This is the end of long-term support, or of support if the release has no long-term support. The date comes from ' +
    'Debian’s package distro-info-data.',
  access: 'root',
  effect: 'looks',
  params: {},
  returns: {
    expiration: {
      type: 'integer',
      doc: 'The last second of the last day with support, in seconds since 1970-01-01T00:00:00Z.',
    },
    expires_in_next_three_months: {
      type: 'flag',
      doc: 'Whether support ends within three months, or has already ended.',
    },
    full_version: { type: 'string', doc: 'The version of Debian, with the point release: 13.6.' },
  },
  examples: [{ args: {}, doc: 'Show the date.', fails: 'not_found' }],

  async handler(_args, { machine, now }) {
    const { release, fullVersion } = await findSystemRelease(machine, now());
    const expiration = endOf(release);
    if (expiration === undefined) {
      throw notFound(`The end of support of Debian ${release.version} “${release.series}” is not known yet.`);
    }
    return {
      expiration,
      expires_in_next_three_months: Number(expiration <= inThreeMonths(now())),
      full_version: fullVersion,
    };
  },
});
