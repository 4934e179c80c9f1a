// The packages that a sandbox has and can install at first: a few of Debian, and two plugins that do not exist.

export const firstInstalled = `
Package: base-files
Essential: yes
Status: install ok installed
Installed-Size: 348
Section: admin
Architecture: amd64
Version: 13.8
Description: Debian base system miscellaneous files
 This package contains the basic filesystem hierarchy of a Debian system.

Package: dpkg
Essential: yes
Status: install ok installed
Installed-Size: 6500
Section: admin
Architecture: amd64
Version: 1.22.21
Depends: base-files
Description: Debian package management system
 This package provides the low-level infrastructure for handling packages.

Package: openssl
Status: install ok installed
Installed-Size: 2494
Section: utils
Architecture: amd64
Version: 3.5.1-1
Homepage: https://openssl-library.org
Description: Secure Sockets Layer toolkit - cryptographic utility
 This package is part of the OpenSSL project's implementation of TLS.

Package: bind9-libs
Status: install ok installed
Installed-Size: 3900
Section: libs
Architecture: amd64
Version: 1:9.20.11-4
Depends: openssl
Homepage: https://www.isc.org/downloads/bind/
Description: Shared Libraries used by BIND 9

Package: bind9
Status: install ok installed
Installed-Size: 1162
Section: net
Architecture: amd64
Version: 1:9.20.11-4
Depends: bind9-libs (= 1:9.20.11-4), bind9-utils
Homepage: https://www.isc.org/downloads/bind/
Description: Internet Domain Name Server
 BIND 9 implements an Internet domain name server.

Package: bind9-utils
Status: install ok installed
Installed-Size: 600
Section: net
Architecture: amd64
Version: 1:9.20.11-4
Depends: bind9-libs (= 1:9.20.11-4)
Homepage: https://www.isc.org/downloads/bind/
Description: Utilities for BIND 9
`;

export const firstAvailable = `
Package: openssl
Installed-Size: 2495
Section: utils
Architecture: amd64
Version: 3.5.4-1
Homepage: https://openssl-library.org
Description: Secure Sockets Layer toolkit - cryptographic utility
 This package is part of the OpenSSL project's implementation of TLS.

Package: apache2
Installed-Size: 593
Section: httpd
Architecture: amd64
Version: 2.4.65-2
Provides: httpd
Homepage: https://httpd.apache.org/
Description: Apache HTTP Server
 The Apache HTTP Server Project's goal is a secure, efficient and extensible web server.

Package: nginx-common
Installed-Size: 228
Section: httpd
Architecture: all
Version: 1.26.3-3
Homepage: https://nginx.org
Description: small, powerful, scalable web/proxy server - common files

Package: nginx
Installed-Size: 1388
Section: httpd
Architecture: amd64
Version: 1.26.3-3
Provides: httpd
Depends: nginx-common (= 1.26.3-3)
Homepage: https://nginx.org
Description: small, powerful, scalable web/proxy server
 Nginx is a web and reverse proxy server.

Package: php8.4-common
Installed-Size: 4400
Section: php
Architecture: amd64
Version: 8.4.11-1
Homepage: https://www.php.net/
Description: documentation, examples and common module for PHP

Package: php8.4-cli
Installed-Size: 5400
Section: php
Architecture: amd64
Version: 8.4.11-1
Depends: php8.4-common (= 8.4.11-1)
Homepage: https://www.php.net/
Description: command-line interpreter for the PHP scripting language

Package: php8.4-fpm
Installed-Size: 5500
Section: php
Architecture: amd64
Version: 8.4.11-1
Depends: php8.4-common (= 8.4.11-1), php8.4-cli
Homepage: https://www.php.net/
Description: server-side, HTML-embedded scripting language (FPM-CGI binary)

Package: exim4-daemon-light
Installed-Size: 1700
Section: mail
Architecture: amd64
Version: 4.98.2-1
Provides: mail-transport-agent
Conflicts: postfix
Homepage: https://www.exim.org/
Description: lightweight Exim MTA (v4) daemon

Package: postfix
Installed-Size: 4200
Section: mail
Architecture: amd64
Version: 3.10.3-2
Provides: mail-transport-agent
Conflicts: exim4-daemon-light
Homepage: https://www.postfix.org
Description: High-performance mail transport agent

Package: mailman3
Installed-Size: 3000
Section: mail
Architecture: all
Version: 3.3.10-1
Depends: exim4-daemon-light | mail-transport-agent
Homepage: https://www.list.org/
Description: Mailing list management system

Package: whmapi1-plugin-example
Installed-Size: 12
Section: admin
Architecture: all
Version: 1.0-1
Description: example of a plugin for whmapi1

Package: whmapi1-plugin-web
Installed-Size: 12
Section: admin
Architecture: all
Version: 1.0-1
Depends: whmapi1-plugin-example, httpd
Description: example of a plugin for whmapi1 that depends on packages
`;
