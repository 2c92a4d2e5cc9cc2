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
 * Lists the instances of a course.
 *
 * @package    mod_lticontainer
 * @copyright  2026 The authors of the lticontainer companion
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */

use core\output\notification;
use mod_lticontainer\event\course_module_instance_list_viewed;

require_once(__DIR__ . '/../../config.php');

$id = required_param('id', PARAM_INT);
$course = get_course($id);
require_course_login($course, true);
$context = context_course::instance($course->id);

$event = course_module_instance_list_viewed::create(['context' => $context]);
$event->add_record_snapshot('course', $course);
$event->trigger();

$title = get_string('modulenameplural', 'mod_lticontainer');
$PAGE->set_url('/mod/lticontainer/index.php', ['id' => $id]);
$PAGE->set_pagelayout('incourse');
$PAGE->set_title($course->shortname . ': ' . $title);
$PAGE->set_heading(format_string($course->fullname, true, ['context' => $context]));
$PAGE->navbar->add($title);

echo $OUTPUT->header();
echo $OUTPUT->heading($title);
$shown = array_filter(get_fast_modinfo($course)->get_instances_of('lticontainer'), fn($cm) => $cm->uservisible);
if (!$shown) {
    echo $OUTPUT->notification(get_string('thereareno', 'moodle', $title), notification::NOTIFY_INFO, false);
} else {
    $rows = array_map(fn($cm) => [
        'section' => get_section_name($course, $cm->sectionnum),
        'name' => $cm->get_formatted_name(),
        'url' => $cm->url->out(false),
        'dimmed' => !$cm->visible,
    ], array_values($shown));
    echo $OUTPUT->render_from_template('mod_lticontainer/index', ['instances' => $rows]);
}
echo $OUTPUT->footer();
