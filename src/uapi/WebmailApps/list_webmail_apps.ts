import { ROLE, ROUNDCUBE } from '../../capabilities/webmail/rules/places.ts';
import { defineUapi } from '../../core/define-uapi.ts';
import { rolesOf } from '../../ground/rules/roles/active-profile.ts';

export default defineUapi({
  name: 'WebmailApps::list_webmail_apps',
  since: 48,
  summary: 'List the programs for reading mail in a browser.',
  description: 'Paths follow the security token of a session: /cpsess0123456789/roundcube/.',
  effect: 'reads',
  params: {
    theme: {
      type: 'string',
      maxLength: 100,
      doc: 'A theme of webmail.',
      noEffectReason: 'Roundcube is the same in all themes.',
    },
  },
  returns: {
    list: {
      fields: {
        displayname: { type: 'string', doc: 'Its name.' },
        icon: { type: 'string', doc: 'The path of its logo.' },
        id: { type: 'string', doc: 'roundcube.' },
        url: { type: 'string', doc: 'The path of its first page.' },
      },
    },
    doc: 'Roundcube, or nothing without the role Webmail.',
  },
  examples: [{ args: {}, doc: 'The programs.' }],

  async handler(_args, context) {
    if (!(await rolesOf(context)).has(ROLE)) return [];
    const icon = `${ROUNDCUBE}skins/elastic/images/logo.svg`;
    return [{ displayname: 'Roundcube', icon, id: 'roundcube', url: ROUNDCUBE }];
  },
});
