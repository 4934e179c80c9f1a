// Where the data of provided functions deliberately differs from what WHM API 1 and UAPI document, with reasons.

export interface ReturnsDifference {
  /** They match lines such as `accountsummary /acct[]/uid: string; documented: integer`. */
  readonly fields: readonly RegExp[];
  readonly because: string;
}

export const differences: readonly ReturnsDifference[] = [
  {
    fields: [/^cpgreylist_untrust_entries_for_common_mail_provider .providers_(failed|untrusted)/],
    because: 'The page has the contents of the two exchanged: reasons belong to those that failed.',
  },
  {
    fields: [
      /^(accountsummary|listaccts) .acct\[\].uid: string/,
      /^systemloadavg .(one|five|fifteen): string/,
      /^(mass_edit_dns_zone|DNS::mass_edit_zone) .new_serial: string/,
      /^Fileman::get_file_information .(nicemode|size): string/,
    ],
    because: 'Real servers return these numbers as text, and clients read them so.',
  },
  {
    fields: [
      /^dumpzone .zone\[\]: hash/,
      /^parse_dns_zone .payload\[\]: hash/,
      /^get_rpm_version_data .: hash/,
      /^matchpkgs .pkg.\w+: a list/,
      /^cpgreylist_list_entries_for_common_mail_provider .providers.*ips/,
      /^Fileman::list_files .(dirs|files)\[\]/,
      /^UserManager::(list_users|lookup_user) .*special: hash/,
      /^DomainInfo::single_domain_data .(customlog|scriptalias)/,
      /^DomainInfo::single_domain_data .userdirprotect: string/,
      /^ExternalAuthentication::get_authn_links .*subject_unique_identifier/,
      /^Postgresql::create_user .: no data/,
    ],
    because: 'The documented type contradicts the documentation’s own example, or recorded responses.',
  },
  {
    fields: [/^UserManager::\w+ .*services.(email|ftp|webdisk)/],
    because:
      'Only the account itself is a user here. Mailboxes and FTP accounts have functions of their own.',
  },
  {
    fields: [/^SpamAssassin::update_user_preference .\*\[\]: missing/],
    because: 'The options that can be set are named.',
  },
  {
    fields: [
      /^(fetch_ds_records_for_domains|DNSSEC::fetch_ds_records) .*privatekey/,
      /^Variables::get_user_information .pushbullet_access_token/,
    ],
    because: 'A secret, which no client needs.',
  },
  {
    fields: [
      /^(read_cphulk_records|save_cphulk_config) .(restart_ssh|warning_ssh|warning)/,
      /^set_local_mysql_root_password .(configs_updated|profile_updated)/,
      /^fetch_security_advice .payload\[\].message/,
      /^get_lts_wexpire .flags/,
      /^listaccts .acct\[\].standalone_feature/,
      /^get_domain_info .domains\[\].modsecurity_enabled/,
      /^DomainInfo::list_domains .is_temporary/,
      /^DomainInfo::single_domain_data .(ifmodulemodsuphpc|is_temporary|options)/,
      /^StatsBar::get_stats .*(condition|module|role)/,
      /^Variables::get_user_information .(cpanel_root_directory|created_in_version|legacy_backup_enabled)/,
      /^Variables::get_user_information .utf8_mailbox/,
      /^Variables::get_user_information .(maximum_passenger_apps|notify_account_login|notify_ssl_expiry)/,
      /^Variables::get_server_information .(allow_reset_password|api_shell|cpanel_root_directory|default_theme)/,
      /^Variables::get_server_information .(awstats|disable_(analog|awstats|webalizer)|display_cpanel_doclinks)/,
      /^Variables::get_server_information .(dnsadmin_app|empty_trash_days|enable_file_protect|file_usage)/,
      /^Variables::get_server_information .(htaccess_check_recurse|invite_sub|is_mod_userdir_enabled)/,
      /^Variables::get_server_information .(logout_redirect_url|php_loader|phpmyadmin|require_ssl|skip_apache)/,
      /^Variables::get_server_information .(email_filter_storage_directory|use_mail_for_mailman_url)/,
      /^Variables::get_server_information .(skip_mailbox_warnings_check)/,
      /^Variables::get_server_information .(skip_bandwidth_limit_check|use_information_schema)/,
    ],
    because: 'It describes a part of cPanel that this server does not have.',
  },
  {
    fields: [
      /^(domainuserdata|DomainInfo::single_domain_data) .*phpopenbasedirprotect/,
      /^(ContactInformation::\w+) \[\]/,
      /^Variables::get_user_information .(dead_domains|dkim_enabled|last_modified|mxcheck|package_extensions|spf_enabled)/,
      /^Variables::get_server_information .(apache_port|apache_ssl_port|ipv6_listen|mysql_version)/,
      /^Variables::get_server_information .php_(maximum_execution_time|open_basedir|post_maximum|upload)/,
    ],
    because: 'Not provided yet.',
  },
];
