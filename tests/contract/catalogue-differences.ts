// The differences between provided functions and the catalogue’s descriptions of WHM’s functions, with reasons.

/** `here`: only this program’s function has the parameter. `documented`: only WHM’s has it. */
export type Trait = 'required' | 'list' | 'type' | 'default' | 'values' | 'here' | 'documented';

export interface Difference {
  readonly params: readonly string[] | RegExp;
  readonly traits: readonly Trait[];
  readonly because: string;
}

const providers = 'This server has one login provider, which WHM’s pages do not name.';
const kept = 'What is not given stays as it is; WHM’s page lists defaults (src/core/README.md).';
const privileges = 'A privilege that resellers can hold; WHM’s page of this function leaves it out.';

const isCheckedJson = 'It is text that has to be JSON, and is checked.';

const everyService = 'It takes the services that servicestatus shows.';

const sectionsOfPackages = 'Debian has no rpm.versions; these sections are what apt and dpkg have instead.';

const onlyDovecot = 'WHM documents this for get_service_config alone.';
const severalKeys = 'Completion for WHM’s command offers the parameter several times.';

const recordData = /^(?!(?:domain|name|type|ttl|line)$)/;
const ofType =
  'The catalogue’s list is cut short, as it says. A record has the parameters of its type, which are read as text.';

const acmeProvider = [
  {
    params: ['provider'],
    traits: ['values'],
    because:
      'Let’s Encrypt and other issuers with ACME are one provider; that of the company cPanel is not here.',
  },
  {
    params: ['x_terms_of_service_accepted', 'x_*'],
    traits: ['here', 'documented'],
    because: 'The documented x_* stands for the parameters of providers. This one has these.',
  },
] as const;

export const differences: Readonly<Record<string, readonly Difference[]>> = {
  start_background_mysql_upgrade: [
    {
      params: ['version'],
      traits: ['type'],
      because: 'It is a text, because the number 10.10 would be 10.1.',
    },
  ],
  reset_autossl_provider: acmeProvider,
  set_autossl_provider: acmeProvider,
  set_autossl_metadata: [{ params: ['metadata_json'], traits: ['type'], because: isCheckedJson }],
  generate_mobileconfig: [
    {
      params: ['selected_account_services'],
      traits: ['default'],
      because: 'WHM’s page names the default in its text only: all services.',
    },
  ],
  suspendacct: [
    {
      params: ['leave-ftp-accts-enabled'],
      traits: ['default'],
      because: 'A second call with another reason keeps what the first one said.',
    },
  ],
  generatessl: [
    {
      params: ['keysize'],
      traits: ['default'],
      because: 'WHM’s page names no default. The module SSL of UAPI has 2048.',
    },
  ],
  remote_mysql_create_profile: [
    {
      params: ['setup_via'],
      traits: ['default'],
      because: 'WHM’s page names the default in its text only: “User provided MySQL credentials”.',
    },
  ],
  configurebackgroundprocesskiller: [
    {
      params: ['processes_to_kill'],
      traits: ['values'],
      because: 'The programs that WHM’s interface shows; the page names one of them as an example.',
    },
  ],
  create_integration_link: [
    {
      params: ['group_id'],
      traits: ['values'],
      because: 'Groups of create_integration_group are accepted too.',
    },
    {
      params: ['order'],
      traits: ['type', 'default'],
      because: 'It is a number, as in create_integration_group.',
    },
  ],
  php_get_impacted_domains: [
    {
      params: ['domain', 'system_default'],
      traits: ['required', 'default'],
      because: 'One of them is enough, as WHM’s page says in its notes.',
    },
  ],
  php_set_vhost_versions: [
    {
      params: ['php_fpm'],
      traits: ['default'],
      because:
        'What is not given stays as it is: without PHP-FPM, PHP might stop running (src/capabilities/php/README.md).',
    },
    { params: ['php_fpm_pool_parms'], traits: ['type'], because: isCheckedJson },
  ],
  addzonerecord: [
    { params: recordData, traits: ['here', 'type'], because: ofType },
    { params: ['class'], traits: ['default', 'values'], because: 'BIND serves zones of the class IN.' },
  ],
  install_spf_records: [
    {
      params: ['record'],
      traits: ['list'],
      because: 'A record for each domain, by position, as WHM’s page says of “domain”.',
    },
  ],
  validate_current_spfs: [
    { params: ['domain'], traits: ['list'], because: 'Several domains, as in validate_current_dkims.' },
  ],
  savemxs: [{ params: ['class'], traits: ['values'], because: 'BIND serves zones of the class IN.' }],
  editzonerecord: [
    { params: recordData, traits: ['here', 'type'], because: ofType },
    { params: ['class'], traits: ['default', 'values'], because: 'BIND serves zones of the class IN.' },
  ],
  package_manager_get_package_info: [
    { params: ['ns', 'package'], traits: ['required'], because: 'WHM takes one of them, not both.' },
  ],
  get_rpm_version_data: [{ params: ['section'], traits: ['values'], because: sectionsOfPackages }],
  edit_rpm_version: [{ params: ['section'], traits: ['values'], because: sectionsOfPackages }],
  delete_rpm_version: [{ params: ['section'], traits: ['values'], because: sectionsOfPackages }],
  authorizesshkey: [
    { params: ['file', 'text'], traits: ['required'], because: 'One of them is enough to know the key.' },
  ],
  generatesshkeypair: [
    {
      params: ['algorithm'],
      traits: ['default', 'values'],
      because:
        'OpenSSH has ed25519 keys too. Without an algorithm, the key is an RSA key, as its default name says.',
    },
  ],
  listsshkeys: [
    {
      params: ['private'],
      traits: ['default'],
      because: 'public=1 alone lists public keys only, as WHM’s page says of it.',
    },
  ],
  edit_hook: [
    { params: ['escalateprivs'], traits: ['default'], because: kept },
    {
      params: ['description'],
      traits: ['here'],
      because: 'WHM’s page has it, but the catalogue’s copy of the page does not.',
    },
  ],
  configureservice: [{ params: ['service'], traits: ['values'], because: everyService }],
  restartservice: [{ params: ['service'], traits: ['values'], because: everyService }],
  set_provider_client_configurations: [
    { params: ['configurations'], traits: ['type'], because: isCheckedJson },
  ],
  set_provider_display_configurations: [
    { params: ['configurations'], traits: ['type'], because: isCheckedJson },
  ],
  start_profile_activation: [
    { params: ['code'], traits: ['values'], because: 'This server has a profile for websites as well.' },
    { params: ['optional'], traits: ['type'], because: isCheckedJson },
  ],
  accountsummary: [
    {
      params: ['searchtype', 'searchmethod'],
      traits: ['values'],
      because: 'The values are those of listaccts; the page of accountsummary names none.',
    },
  ],
  add_override_features_for_user: [
    { params: ['features'], traits: ['type'], because: 'It is text that has to be JSON, and is checked.' },
  ],
  remove_override_features_for_user: [
    { params: ['features'], traits: ['type'], because: 'It is text that has to be JSON, and is checked.' },
  ],
  forcepasswordchange: [
    { params: ['users_json'], traits: ['type'], because: 'It is text that has to be JSON, and is checked.' },
  ],
  addpkg: [
    {
      params: ['quota', 'bwlimit', 'max_emailacct_quota'],
      traits: ['default'],
      because: 'The tweak settings default_pkg_* are their defaults.',
    },
    {
      params: ['cpmod', 'language'],
      traits: ['default'],
      because: 'WHM takes what the server has set for all; here that is always this.',
    },
  ],
  create_featurelist: [
    {
      params: /^(?!featurelist|overwrite)/,
      traits: ['here'],
      because: 'Features are given by their ids, as in update_featurelist; WHM’s page does not list them.',
    },
  ],
  update_featurelist: [
    {
      params: ['feature name'],
      traits: ['documented'],
      because: 'It stands for the ids of features, which are taken as FEATURE.',
    },
  ],
  is_role_enabled: [
    {
      params: ['role'],
      traits: ['values'],
      because: 'Mailman needs much memory, so that mailing lists are a role of their own here.',
    },
  ],
  save_spamd_config: [
    {
      params: ['allowedips', 'maxchildren', 'maxconnperchild', 'timeouttcp', 'timeoutchild'],
      traits: ['default'],
      because: 'WHM’s page says that each has a default, and names none of them. These are SpamAssassin’s.',
    },
  ],
  createacct: [
    {
      params: ['spamassassin', 'spambox'],
      traits: ['default'],
      because: 'Mail is checked only where the server has the role, and POP3 would never show the folder.',
    },
    {
      params: ['domain'],
      traits: ['required'],
      because: 'WHM can make a reseller without a domain; here every account has one.',
    },
    {
      params: ['username'],
      traits: ['required'],
      because: 'WHM’s servers make one from the domain, though its page says that it is required.',
    },
    {
      params: ['hasuseregns'],
      traits: ['default'],
      because: 'With the default of WHM’s page, 0, useregns would have no effect unless both are given.',
    },
    {
      params: [
        ...['quota', 'maxaddon', 'maxpark', 'max_defer_fail_percentage', 'max_emailacct_quota'],
        ...['featurelist', 'hasshell', 'ip'],
      ],
      traits: ['default'],
      because: 'What is not given is as the package has it.',
    },
    { params: ['quota'], traits: ['type'], because: 'Like the other limits, it may be “unlimited”.' },
    {
      params: ['mailbox_format'],
      traits: ['default', 'values'],
      because: 'WHM’s page is cut short there, as the catalogue says.',
    },
    {
      params: ['account_enhancements'],
      traits: ['list'],
      because: 'It does nothing here, and takes whatever it is given.',
    },
    { params: ['frontpage'], traits: ['type'], because: 'It does nothing, and is a flag elsewhere.' },
  ],
  editpkg: [{ params: /^(?!name$)/, traits: ['default'], because: kept }],
  get_available_applications: [{ params: ['file'], traits: ['values'], because: 'There is no other menu.' }],
  get_login_url: [{ params: ['provider'], traits: ['values'], because: providers }],
  validate_login_token: [{ params: ['provider'], traits: ['values'], because: providers }],
  modifyacct: [
    {
      params: ['rename_database_objects'],
      traits: ['default'],
      because: 'WHM’s page gives no default. Websites have the names of their databases in their settings.',
    },
    {
      params: ['plan'],
      traits: ['here'],
      because: 'Billing systems send it, and WHM’s servers accept it; WHM’s page does not name it.',
    },
    {
      params: ['MAILBOX_FORMAT'],
      traits: ['values'],
      because:
        'The two formats are those of createacct; WHM’s page writes mbox, which its servers do not make.',
    },
    {
      params: ['MXCHECK-*'],
      traits: ['documented'],
      because: 'This server manages no mail; a warning says that the parameter was ignored.',
    },
  ],
  cpgreylist_save_common_mail_providers_config: [
    { params: ['autotrust_new_common_mail_providers'], traits: ['default'], because: kept },
    {
      params: /^(?!autotrust_)/,
      traits: ['here', 'documented'],
      because: 'The documented PROVIDERKEY stands for the keys of the providers. This one has these.',
    },
  ],
  save_cphulk_config: [{ params: /./, traits: ['default'], because: kept }],
  set_cphulk_config_key: [
    {
      params: ['key'],
      traits: ['values'],
      because: 'WHM’s page names the keys only in part, as the catalogue says.',
    },
    {
      params: ['value'],
      traits: ['required'],
      because: 'It has to be given and may be empty, which a required parameter may not.',
    },
  ],
  saveacllist: [
    {
      params: /^acl-/,
      traits: ['default'],
      because: 'A privilege that is not named stays as it is; WHM’s page lists defaults.',
    },
    {
      params: [
        ...['acl-assign-root-account-enhancements', 'acl-connected-applications'],
        ...['acl-file-restore', 'acl-public-contact'],
      ],
      traits: ['here'],
      because: privileges,
    },
  ],
  setacls: [
    {
      params: /^acl-/,
      traits: ['type', 'values'],
      because: 'A privilege is granted by being named, whatever its value.',
    },
    {
      params: [
        ...['acl-allow-emaillimits-pkgs', 'acl-allow-shell', 'acl-assign-root-account-enhancements'],
        ...['acl-connected-applications', 'acl-file-restore', 'acl-ns-config', 'acl-public-contact'],
      ],
      traits: ['here'],
      because: privileges,
    },
  ],
  setresellerpackagelimit: [
    {
      params: ['allowed'],
      traits: ['default'],
      because: 'WHM’s page has no default; setting a number allows the package.',
    },
  ],
  get_service_config_key: [{ params: ['service'], traits: ['values'], because: onlyDovecot }],
  set_service_config_key: [{ params: ['service'], traits: ['values'], because: onlyDovecot }],
  get_best_ssldomain_for_service: [
    {
      params: ['service'],
      traits: ['values'],
      because: 'The services are those of install_service_ssl_certificate.',
    },
  ],
  nvget: [{ params: ['key'], traits: ['list'], because: severalKeys }],
  nvset: [
    { params: ['key', 'value'], traits: ['list'], because: severalKeys },
    {
      params: ['value'],
      traits: ['required'],
      because: 'A value can be empty. A key without one is refused.',
    },
  ],
  cpanel: [
    {
      params: ['cpanel_jsonapi_user'],
      traits: ['required'],
      because: 'A call without it fails in a form of its own, which clients match.',
    },
    {
      params: ['cpanel_jsonapi_apiversion'],
      traits: ['type'],
      because: 'A choice of three texts.',
    },
    {
      params: ['cpanel_jsonapi_version'],
      traits: ['here'],
      because: 'Clients send this misspelling, which has no effect.',
    },
    {
      params: ['Variable Names and Values'],
      traits: ['documented'],
      because: 'It stands for the parameters of the other function (“passes”).',
    },
  ],
  personalization_get: [
    {
      params: ['names'],
      traits: ['type', 'list'],
      because: 'The array is a list, so it can also be repeated.',
    },
  ],
  suspendreseller: [
    { params: ['reason'], traits: ['default'], because: 'It is that of suspendacct; WHM’s page has none.' },
  ],
  set_tier: [
    { params: ['tier'], traits: ['values'], because: 'Scripts of WHM also pass a version, such as 11.110.' },
  ],
  update_updateconf: [
    {
      params: ['SECURITY_UPDATES'],
      traits: ['values'],
      because: 'Its page says daily or never in words only.',
    },
  ],
};
