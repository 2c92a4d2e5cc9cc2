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
 * Tests the connection to the service, end to end, and clears up what 1.6.3 has left behind.
 *
 * @package    mod_lticontainer
 * @copyright  2026 The authors of the lticontainer companion
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */

use core\output\notification;
use mod_lticontainer\local\client;
use mod_lticontainer\local\connection_check;
use mod_lticontainer\local\exception\service_exception;
use mod_lticontainer\local\host_mapping;
use mod_lticontainer\local\legacy;
use mod_lticontainer\local\old_tokens;
use mod_lticontainer\output\connection;

require_once(__DIR__ . '/../../config.php');
require_once($CFG->libdir . '/adminlib.php');

admin_externalpage_setup('mod_lticontainer_connection');
$action = optional_param('action', '', PARAM_ALPHA);
$url = new moodle_url('/mod/lticontainer/connection.php');

if ($action === 'hosts') {
    require_sesskey();
    try {
        $count = host_mapping::apply(client::from_settings());
        redirect($url, get_string('legacy_hosts_done', 'mod_lticontainer', $count), null, notification::NOTIFY_SUCCESS);
    } catch (service_exception $fault) {
        redirect($url, $fault->sentence(), null, notification::NOTIFY_ERROR);
    }
} else if ($action === 'secrets' && optional_param('confirm', false, PARAM_BOOL)) {
    require_sesskey();
    legacy::remove_secrets();
    redirect($url, get_string('legacy_secrets_done', 'mod_lticontainer'), null, notification::NOTIFY_SUCCESS);
}

echo $OUTPUT->header();
if ($action === 'secrets') {
    $go = new single_button(
        new moodle_url($url, ['action' => 'secrets', 'confirm' => 1, 'sesskey' => sesskey()]),
        get_string('legacy_secrets_remove', 'mod_lticontainer')
    );
    echo $OUTPUT->confirm(get_string('legacy_secrets_confirm', 'mod_lticontainer', legacy::count_secrets()), $go, $url);
} else {
    echo $OUTPUT->heading(get_string('connection', 'mod_lticontainer'));
    $report = new connection(
        connection_check::run(),
        count(host_mapping::without_host()),
        legacy::count_secrets(),
        old_tokens::find()
    );
    echo $OUTPUT->render_from_template('mod_lticontainer/connection', $report->export_for_template($OUTPUT));
}
echo $OUTPUT->footer();
