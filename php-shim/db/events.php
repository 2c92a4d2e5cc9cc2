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
 * What the plugin listens to.
 *
 * @package    mod_lticontainer
 * @copyright  2026 The authors of the lticontainer companion
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */

defined('MOODLE_INTERNAL') || die();

$observers = [
    [
        'eventname' => '\core\event\course_module_created',
        'callback' => 'mod_lticontainer\observer::module_changed',
    ],
    [
        'eventname' => '\core\event\course_module_updated',
        'callback' => 'mod_lticontainer\observer::module_changed',
    ],
    [
        'eventname' => '\core\event\course_module_deleted',
        'callback' => 'mod_lticontainer\observer::module_deleted',
    ],
    [
        'eventname' => '\core\event\course_updated',
        'callback' => 'mod_lticontainer\observer::course_changed',
    ],
    [
        'eventname' => '\core\event\course_restored',
        'callback' => 'mod_lticontainer\observer::course_restored',
    ],
    [
        'eventname' => '\tool_recyclebin\event\course_bin_item_restored',
        'callback' => 'mod_lticontainer\observer::item_restored',
    ],
    [
        'eventname' => '\mod_lti\event\course_module_viewed',
        'callback' => 'mod_lticontainer\observer::lti_viewed',
    ],
    [
        'eventname' => '\core\event\user_deleted',
        'callback' => 'mod_lticontainer\user_observer::deleted',
    ],
    [
        'eventname' => '\core\event\user_updated',
        'callback' => 'mod_lticontainer\user_observer::updated',
    ],
    [
        'eventname' => '\mod_lti\event\course_module_viewed',
        'callback' => 'mod_lticontainer\user_observer::lti_viewed',
    ],
];
