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
 * Copies the custom parameters of an LTI activity to others of the course, and shows what changes before it saves.
 *
 * @package    mod_lticontainer
 * @copyright  2026 The authors of the lticontainer companion
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */

use mod_lticontainer\form\copy_form;
use mod_lticontainer\local\connections;
use mod_lticontainer\local\editor;
use mod_lticontainer\local\page;
use mod_lticontainer\local\tab;
use mod_lticontainer\output\lti;

require_once(__DIR__ . '/../../config.php');

$ltiid = required_param('lti', PARAM_INT);
$page = page::open(tab::ACTIVITIES, 'copy', ['lti' => $ltiid]);
$page->require('lti_edit');
$connections = connections::of($page->instance);
$source = $connections->get($ltiid);
$targets = array_diff_key($connections->visible(), [$ltiid => true]);
$back = tab::ACTIVITIES->url($page->instance);
if (!$targets) {
    $page->warn(get_string('copy_notargets', 'mod_lticontainer'));
    $page->leave($back);
}

$form = new copy_form($page->url->out(false), ['targets' => $targets, 'instance' => $page->instance]);
if ($form->is_cancelled()) {
    $page->leave($back);
}

$review = null;
if ($data = $form->get_data()) {
    $editor = new editor($page);
    $review = $editor->review_copies($source, $form->chosen($data));
    $isconfirmed = $review && optional_param('reviewed', '', PARAM_ALPHANUM) === $review->fingerprint();
    if ($isconfirmed && $review->may_be_saved() && $review->save()) {
        $editor->make_volumes($review);
        $page->leave($back, [get_string('copy_saved', 'mod_lticontainer', count($review->revisions))]);
    }
}
$heading = get_string('copy_title', 'mod_lticontainer', $page->instance->plain($source->name));
$page->show('lti', new lti($page->instance, $form, copy_form::ID, $review, [], ''), $heading);
