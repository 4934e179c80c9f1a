import { clientHostOf } from '../../capabilities/mail/rules/client-host.ts';
import { signedProfile } from '../../capabilities/mail/driver/profiles/look-signed.ts';
import { renderProfile } from '../../capabilities/mail/rules/client-settings.ts';
import { ROLE } from '../../capabilities/mail/rules/email-form.ts';
import { addressOf, mailboxUser, mailboxUserParam } from '../../capabilities/mail/rules/mailbox-user.ts';
import { defineFunction } from '../../core/define.ts';
import { badParam } from '../../core/errors.ts';

const SERVICES = ['caldav', 'carddav', 'email'];

export default defineFunction({
  name: 'generate_mobileconfig',
  since: 52,
  summary: 'Create a profile with which a device of Apple sets up a mailbox.',
  description:
    'The profile is signed with the certificate of the server (install_service_ssl_certificate service=cpanel). It has no ' +
    'password: the device asks for it. This server has no calendars and contacts.',
  access: ['list-accts'],
  role: ROLE,
  effect: 'calls',
  onlyMeasures: true,
  params: {
    account: { ...mailboxUserParam, actsOn: false },
    use_ssl: {
      type: 'flag',
      required: true,
      doc: '1: the device connects with TLS. 0 is refused, because this server accepts passwords over TLS only.',
    },
    selected_account_services: {
      type: 'string',
      maxLength: 100,
      default: SERVICES.join(','),
      doc: 'What the device sets up: caldav, carddav and email, with commas between them. Only email is possible here.',
    },
  },
  returns: { payload: { type: 'string', doc: 'The signed profile (CMS in DER), in Base64.' } },
  examples: [
    {
      args: { account: 'bob', use_ssl: '1' },
      doc: 'The account’s own mailbox.',
      setUp: ['createacct'],
      fails: 'host_failed',
    },
  ],

  async handler({ account, use_ssl: isTls, selected_account_services: given }, context) {
    const { machine, transaction, caller, sha256, system, now } = context;
    const services = given.split(',').map((one) => one.trim());
    if (!services.every((one) => SERVICES.includes(one)))
      throw badParam(`The parameter “selected_account_services” should have only ${SERVICES.join(', ')}.`);
    if (!services.includes('email'))
      throw badParam('This server has no calendars and contacts, so a profile without “email” is empty.');
    if (!isTls) throw badParam('This server accepts passwords over TLS only. Use use_ssl=1.');
    const { login, address, hostname } = await transaction('reads', async (db) => {
      const user = await mailboxUser({ db, caller }, account);
      const own = await addressOf(db, user);
      const domain = own.slice(own.lastIndexOf('@') + 1);
      return { login: user, address: own, hostname: await clientHostOf({ db, system, now }, domain) };
    });
    const digest = await sha256(`${login}\n${hostname}`);
    const profile = renderProfile({ login, address, hostname, digest });
    return { payload: (await signedProfile(machine, profile)).toString('base64') };
  },
});
