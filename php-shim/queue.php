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
 * Shows what waits for the service, and what it has refused: to be tried again, or to be deleted.
 *
 * @package    mod_lticontainer
 * @copyright  2026 The authors of the lticontainer companion
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */

use core\output\notification;
use mod_lticontainer\local\queue_state;
use mod_lticontainer\local\stopped_calls;
use mod_lticontainer\output\queue;

require_once(__DIR__ . '/../../config.php');
require_once($CFG->libdir . '/adminlib.php');

admin_externalpage_setup('mod_lticontainer_queue');
$action = optional_param('action', '', PARAM_ALPHA);
$id = optional_param('id', 0, PARAM_INT);
$url = new moodle_url('/mod/lticontainer/queue.php');

if ($action === 'again') {
    require_sesskey();
    stopped_calls::again($id);
    redirect($url, get_string('queue_again_done', 'mod_lticontainer'), null, notification::NOTIFY_SUCCESS);
} else if ($action === 'discard' && optional_param('confirm', false, PARAM_BOOL)) {
    require_sesskey();
    stopped_calls::discard($id);
    redirect($url, get_string('queue_discard_done', 'mod_lticontainer'), null, notification::NOTIFY_SUCCESS);
}

echo $OUTPUT->header();
if ($action === 'discard') {
    $params = ['action' => 'discard', 'id' => $id, 'confirm' => 1, 'sesskey' => sesskey()];
    $question = get_string($id ? 'queue_discard_sure' : 'queue_discard_all_sure', 'mod_lticontainer');
    echo $OUTPUT->confirm($question, new single_button(new moodle_url($url, $params), get_string('delete')), $url);
} else {
    echo $OUTPUT->heading(get_string('queue', 'mod_lticontainer'));
    $content = new queue(queue_state::of_site(), $url);
    echo $OUTPUT->render_from_template('mod_lticontainer/queue', $content->export_for_template($OUTPUT));
}
echo $OUTPUT->footer();
