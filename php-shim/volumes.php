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
 * The volumes of a course: lists, makes and deletes them.
 *
 * @package    mod_lticontainer
 * @copyright  2026 The authors of the lticontainer companion
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */

use mod_lticontainer\form\volume_form;
use mod_lticontainer\local\page;
use mod_lticontainer\local\people;
use mod_lticontainer\local\tab;
use mod_lticontainer\local\volumes as course_volumes;
use mod_lticontainer\output\volumes;

require_once(__DIR__ . '/../../config.php');

$page = page::open(tab::VOLUMES);
$volumes = new course_volumes($page);
$form = $page->may('volume_edit') ? new volume_form($page->url->out(false)) : null;

$delete = optional_param('delete', '', PARAM_RAW_TRIMMED);
if ($delete !== '') {
    $page->require('volume_edit');
    if (optional_param('confirm', false, PARAM_BOOL)) {
        require_sesskey();
        $page->leave($page->url, $volumes->delete($delete));
    }
    $question = get_string('volume_delete_sure', 'mod_lticontainer', $delete);
    $page->confirm($question, get_string('volume_delete', 'mod_lticontainer'), ['delete' => $delete, 'confirm' => 1]);
    exit;
}
if ($data = $form?->get_data()) {
    $done = $volumes->create($data->role, $data->name);
    if ($done) {
        $page->leave($page->url, $done);
    }
}
$page->show('volumes', new volumes($page, $volumes->all(), $form, new people($page->instance)));
