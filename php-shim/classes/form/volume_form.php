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

namespace mod_lticontainer\form;

use moodleform;

defined('MOODLE_INTERNAL') || die();

require_once($CFG->libdir . '/formslib.php');

/**
 * The form that makes a volume.
 *
 * @package    mod_lticontainer
 * @copyright  2026 The authors of the lticontainer companion
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class volume_form extends moodleform {
    /** @var string[] Roles of volumes that a container engine has. */
    private const ROLES = ['task', 'submit'];

    #[\Override]
    public function definition() {
        $mform = $this->_form;
        $mform->addElement('header', 'create', get_string('volume_create', 'mod_lticontainer'));
        $mform->setExpanded('create');
        $roles = array_map(fn(string $role) => get_string("role_$role", 'mod_lticontainer'), self::ROLES);
        $mform->addElement('select', 'role', get_string('volume_role', 'mod_lticontainer'), array_combine(self::ROLES, $roles));
        $mform->addElement('text', 'name', get_string('volume_name', 'mod_lticontainer'), ['size' => 24]);
        $mform->setType('name', PARAM_RAW_TRIMMED);
        $mform->addRule('name', null, 'required', null, 'client');
        $mform->addHelpButton('name', 'volume_name', 'mod_lticontainer');
        $this->add_action_buttons(false, get_string('volume_create', 'mod_lticontainer'));
    }

    #[\Override]
    public function validation($data, $files) {
        $isname = preg_match('/^[A-Za-z0-9]+$/', $data['name']);
        return $isname ? [] : ['name' => get_string('volume_name_help', 'mod_lticontainer')];
    }
}
