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
 * Changes the custom parameters of an LTI activity, and shows what changes before it saves.
 *
 * @package    mod_lticontainer
 * @copyright  2026 The authors of the lticontainer companion
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */

use mod_lticontainer\form\lti_form;
use mod_lticontainer\local\answer;
use mod_lticontainer\local\connections;
use mod_lticontainer\local\editor;
use mod_lticontainer\local\page;
use mod_lticontainer\local\parameters;
use mod_lticontainer\local\tab;
use mod_lticontainer\output\lti;

require_once(__DIR__ . '/../../config.php');

$ltiid = required_param('lti', PARAM_INT);
$page = page::open(tab::ACTIVITIES, 'lti', ['lti' => $ltiid]);
$page->require('lti_edit');
$activity = connections::of($page->instance)->get($ltiid);
$name = $page->instance->plain($activity->name);
$editor = new editor($page);

$parsed = $editor->parse($activity->text);
$parameters = new parameters($parsed?->part('params') ?? new answer());
$form = new lti_form($page->url->out(false), [
    'choices' => $editor->choices(),
    'stored' => $parameters->to_form(),
    'volumes' => $parameters->count_volumes(),
]);
if ($form->is_cancelled()) {
    $page->leave(tab::ACTIVITIES->url($page->instance));
}

$review = null;
$data = $form->get_data();
if ($data && $parsed) {
    $review = $editor->review($activity, $parameters->from_form($data));
    $isconfirmed = $review && optional_param('reviewed', '', PARAM_ALPHANUM) === $review->fingerprint();
    if ($isconfirmed && $review->may_be_saved() && $review->save()) {
        $editor->make_volumes($review);
        $page->leave(tab::ACTIVITIES->url($page->instance), [get_string('lti_saved', 'mod_lticontainer', $name)]);
    }
} else if (!$form->is_submitted()) {
    $form->set_data($parameters->to_form());
}
if ($review) {
    array_map($form->show_errors(...), $review->revisions);
}
$form->offer_images($parsed ? $editor->images() : []);

$page->show('lti', new lti(
    $page->instance,
    $parsed || $form->is_submitted() ? $form : null,
    lti_form::ID,
    $review,
    $parsed ? $parsed->rows('findings') : [],
    $page->instance->record->custom_params ? $activity->text : ''
), get_string('lti_title', 'mod_lticontainer', $name));
