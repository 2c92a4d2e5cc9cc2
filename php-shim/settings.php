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
 * Settings of the site.
 *
 * @package    mod_lticontainer
 * @copyright  2026 The authors of the lticontainer companion
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */

defined('MOODLE_INTERNAL') || die();

use mod_lticontainer\local\client;
use mod_lticontainer\local\queue_room;
use mod_lticontainer\task\after_upgrade;

$category = new admin_category(
    'modlticontainerfolder',
    new lang_string('pluginname', 'mod_lticontainer'),
    $module->is_enabled() === false
);
$ADMIN->add('modsettings', $category);

$settings = new admin_settingpage(
    $section,
    new lang_string('settings', 'mod_lticontainer'),
    'moodle/site:config',
    $module->is_enabled() === false
);

if ($ADMIN->fulltree) {
    $settings->add(new admin_setting_heading(
        'mod_lticontainer/service',
        new lang_string('service', 'mod_lticontainer'),
        new lang_string('service_desc', 'mod_lticontainer')
    ));
    $setting = new admin_setting_configtext(
        'mod_lticontainer/serviceurl',
        new lang_string('serviceurl', 'mod_lticontainer'),
        new lang_string('serviceurl_desc', 'mod_lticontainer'),
        '',
        PARAM_URL,
        60
    );
    $setting->set_updatedcallback([after_upgrade::class, 'settings_changed']);
    $settings->add($setting);
    $setting = new admin_setting_configpasswordunmask(
        'mod_lticontainer/token',
        new lang_string('token', 'mod_lticontainer'),
        new lang_string('token_desc', 'mod_lticontainer'),
        ''
    );
    $setting->set_updatedcallback([after_upgrade::class, 'settings_changed']);
    $settings->add($setting);
    $settings->add(new admin_setting_configtext(
        'mod_lticontainer/timeout',
        new lang_string('timeout', 'mod_lticontainer'),
        new lang_string('timeout_desc', 'mod_lticontainer'),
        client::TIMEOUT,
        '/^([1-9]|[1-5][0-9]|60)$/',
        4
    ));
    $settings->add(new admin_setting_configtext(
        'mod_lticontainer/queuelimit',
        new lang_string('queuelimit', 'mod_lticontainer'),
        new lang_string('queuelimit_desc', 'mod_lticontainer'),
        queue_room::LIMIT,
        '/^[1-9][0-9]{0,6}$/',
        7
    ));
    $settings->add(new admin_setting_configcheckbox(
        'mod_lticontainer/verify',
        new lang_string('verify', 'mod_lticontainer'),
        new lang_string('verify_desc', 'mod_lticontainer'),
        1
    ));
    $settings->add(new admin_setting_configfile(
        'mod_lticontainer/cafile',
        new lang_string('cafile', 'mod_lticontainer'),
        new lang_string('cafile_desc', 'mod_lticontainer'),
        ''
    ));
}

$ADMIN->add('modlticontainerfolder', $settings);
$ADMIN->add('modlticontainerfolder', new admin_externalpage(
    'mod_lticontainer_connection',
    new lang_string('connection', 'mod_lticontainer'),
    new moodle_url('/mod/lticontainer/connection.php'),
    'moodle/site:config',
    $module->is_enabled() === false
));
$ADMIN->add('modlticontainerfolder', new admin_externalpage(
    'mod_lticontainer_queue',
    new lang_string('queue', 'mod_lticontainer'),
    new moodle_url('/mod/lticontainer/queue.php'),
    'moodle/site:config',
    $module->is_enabled() === false
));
$settings = null;
