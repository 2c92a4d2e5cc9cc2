<?php
// This file is part of Moodle - https://moodle.org/
//
// Moodle is free software: you can redistribute it and/or modify
// it under the terms of the GNU General Public License as published by
// the Free Software Foundation, either version 3 of the License, or
// (at your option) any later version.
//
// Moodle is distributed in the hope that it will be useful,
// but WITHOUT ANY WARRANTY; without even the implied warranty of
// MERCHANTABILITY or FITNESS FOR A PARTICULAR PURPOSE.  See the
// GNU General Public License for more details.
//
// You should have received a copy of the GNU General Public License
// along with Moodle.  If not, see <https://www.gnu.org/licenses/>.

/**
 * Functions of the web service, and the service itself as sites know it from mod_lticontainer 1.6.3.
 *
 * @package    mod_lticontainer
 * @copyright  2026 The authors of the lticontainer companion
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */

defined('MOODLE_INTERNAL') || die();

$functions = [
    'mod_lticontainer_write_nblogs' => [
        'classname' => 'mod_lticontainer\external\write_nblogs',
        'description' => 'Stores notebook records.',
        'type' => 'write',
        'capabilities' => 'mod/lticontainer:db_write',
    ],
    'mod_lticontainer_write_nbdata' => [
        'classname' => 'mod_lticontainer\external\write_nbdata',
        'description' => 'Stores a notebook record, for programs older than 1.5.',
        'type' => 'write',
        'capabilities' => 'mod/lticontainer:db_write',
    ],
];

// Name and short name stay what they were: Moodle finds the service by them, with its users and its tokens.
$services = [
    'JupyterHub Notebook Logs' => [
        'functions' => ['mod_lticontainer_write_nblogs', 'mod_lticontainer_write_nbdata'],
        'requiredcapability' => '',
        'restrictedusers' => 1,
        'enabled' => 1,
        'shortname' => 'mod_lticontainer',
        'downloadfiles' => 0,
        'uploadfiles' => 0,
    ],
];
