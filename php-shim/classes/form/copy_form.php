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

use mod_lticontainer\local\activity;
use moodleform;

defined('MOODLE_INTERNAL') || die();

require_once($CFG->libdir . '/formslib.php');

/**
 * The form that chooses to which activities parameters are copied.
 *
 * Custom data: `targets`, the activities by their id, and `instance`, whose they are.
 *
 * @package    mod_lticontainer
 * @copyright  2026 The authors of the lticontainer companion
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class copy_form extends moodleform {
    /** @var string Id of the form, which the button that saves names. */
    public const ID = 'mod_lticontainer_copy_form';

    #[\Override]
    public function definition() {
        $mform = $this->_form;
        $mform->updateAttributes(['id' => self::ID]);
        $mform->addElement('static', 'about', '', get_string('copy_about', 'mod_lticontainer'));
        foreach ($this->_customdata['targets'] as $target) {
            $mform->addElement('advcheckbox', "target[$target->id]", '', s($this->_customdata['instance']->plain($target->name)));
        }
        $this->add_action_buttons(true, get_string('lti_review', 'mod_lticontainer'));
    }

    #[\Override]
    public function validation($data, $files) {
        $first = array_key_first($this->_customdata['targets']);
        $isempty = !array_filter($data['target'] ?? []);
        return $isempty ? ["target[$first]" => get_string('copy_none', 'mod_lticontainer')] : [];
    }

    /**
     * Returns the activities that were chosen.
     *
     * @param \stdClass $data What the form holds.
     * @return activity[]
     */
    public function chosen(\stdClass $data): array {
        return array_intersect_key($this->_customdata['targets'], array_filter($data->target));
    }
}
