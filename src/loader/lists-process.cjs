'use strict';
// The process of the server for long lists.
require('./loader.cjs').createLoader(__dirname).load('lists.cjs/lists');
