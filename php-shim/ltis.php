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
 * The LTI activities of an instance: which there are, and which are shown.
 *
 * @package    mod_lticontainer
 * @copyright  2026 The authors of the lticontainer companion
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */

use mod_lticontainer\local\connections;
use mod_lticontainer\local\page;
use mod_lticontainer\local\tab;
use mod_lticontainer\output\ltis;

require_once(__DIR__ . '/../../config.php');

$page = page::open(tab::ACTIVITIES);
$connections = connections::of($page->instance);

$changed = optional_param('lti', 0, PARAM_INT);
if ($changed) {
    require_sesskey();
    $page->require('lti_setting');
    $isshown = required_param('show', PARAM_BOOL);
    if (!$connections->show($changed, $isshown)) {
        $page->warn(get_string('ltis_toomany', 'mod_lticontainer'));
    }
    $page->leave($page->url);
}

$page->show('ltis', new ltis($page, $connections));
